package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a served node's settings are and what it has logged can be read, by administrators, without secrets. */
class NodeNotesTest {
    private static final String SECRET = "s3cr3t-of-anna";
    private static final Pattern ADDRESS = Pattern.compile("management on (http://127\\.0\\.0\\.1:\\d+)");

    @TempDir
    private Path folder = Path.of("");

    private Process process;
    private String address = "";

    @BeforeEach
    void start() throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "io.jumpmq.app.Main",
                        "server",
                        "--host=127.0.0.1",
                        "--port=0",
                        "--management-port=0",
                        "--prometheus-port=none",
                        "--set=default_user=anna",
                        "--set=default_pass=" + SECRET,
                        "--set=vm_memory_high_watermark.absolute=64MB",
                        "--set=listeners.tcp.more=127.0.0.1:0",
                        "--set=hipe_compile=false",
                        "--data-dir=" + folder.resolve("data"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = process.inputReader(UTF_8)) {
            Matcher ready = ADDRESS.matcher(out.readLine());
            assertThat(ready.find()).isTrue();
            address = ready.group(1);
        }
    }

    @AfterEach
    void stop() {
        process.destroyForcibly();
    }

    private HttpResponse<String> send(String method, String user, String path, String body) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(address + "/api/" + path))
                                .header(
                                        "Authorization",
                                        "Basic " + Base64.getEncoder().encodeToString(user.getBytes(UTF_8)))
                                .header("Content-Type", "application/json")
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode get(String path) throws Exception {
        HttpResponse<String> answer = send("GET", "anna:" + SECRET, path, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).doesNotContain(SECRET);
        return new ObjectMapper().readTree(answer.body());
    }

    @Test
    void ofARunningServer() throws Exception {
        String node = "nodes/" + get("nodes").path(0).path("name").asText();
        Map<String, String> values = new HashMap<>();
        Map<String, Boolean> set = new HashMap<>();
        for (JsonNode setting : get(node + "/settings")) {
            values.put(setting.path("key").asText(), setting.path("value").asText());
            set.put(setting.path("key").asText(), setting.path("is_set").asBoolean());
        }
        assertThat(values)
                .containsEntry("default_user", "anna")
                .containsEntry("default_pass", "(hidden)")
                .containsEntry("listeners.tcp.more", "127.0.0.1:0")
                .containsEntry("heartbeat", "60")
                .containsEntry("cluster_name", "");
        assertThat(set).containsEntry("default_user", true).containsEntry("heartbeat", false);
        assertThat(get(node).path("mem_limit").asLong()).isEqualTo(64_000_000);
        assertThat(get(node + "/log").path("lines").toString())
                .containsPattern(
                        "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO +server .*hipe_compile makes no difference");

        assertThat(send("PUT", "anna:" + SECRET, "users/bob", "{\"password\":\"b\",\"tags\":\"monitoring\"}")
                        .statusCode())
                .isEqualTo(201);
        for (String path : new String[] {node, node + "/settings", node + "/log"}) {
            assertThat(send("GET", "bob:b", path, "").statusCode()).isEqualTo(path.equals(node) ? 200 : 401);
        }
        assertThat(send("GET", "anna:" + SECRET, "nodes/other/log", "").statusCode())
                .isEqualTo(404);
    }
}

package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.app.JumpMq;
import io.jumpmq.store.StoreSettings;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alarms are told with what is measured and what is allowed, to everybody who may ask. */
class AlarmsTest {
    private static final long MEMORY = 100_000;
    private static final long MORE_THAN_ANY_DISK = 1L << 60;

    @TempDir
    private Path folder = Path.of("");

    private static JumpMq.Builder builder() {
        return JumpMq.builder().host("127.0.0.1").port(-1).management(0).messageMemory(MEMORY);
    }

    private static JsonNode node(Api api) {
        return api.get("nodes").expect(200).json().path(0);
    }

    private static void publishMoreThanThereIsRoomFor(Api api) {
        api.put("queues/%2f/large", "{\"durable\":true}").expect(201);
        api.post(
                        "exchanges/%2f/amq.default/publish",
                        "{\"routing_key\":\"large\",\"payload_encoding\":\"string\",\"properties\":{},\"payload\":\""
                                + "x".repeat(2 * (int) MEMORY) + "\"}")
                .expect(200);
    }

    @Test
    void ofMemoryWithTheWatermark() {
        try (JumpMq broker = builder().start()) {
            Api api = Api.of(broker);
            api.put("users/looker", "{\"password\":\"x\",\"tags\":\"management\"}")
                    .expect(201);
            Api looker = api.as("looker", "x");
            assertThat(looker.get("alarms").expect(200).json()).isEmpty();
            assertThat(node(api).path("mem_limit").asLong()).isEqualTo(MEMORY);
            publishMoreThanThereIsRoomFor(api);
            Awaitility.await().untilAsserted(() -> {
                JsonNode alarm = looker.get("alarms").expect(200).json().path(0);
                assertThat(alarm.path("resource").asText()).isEqualTo("memory");
                assertThat(alarm.path("limit").asLong()).isEqualTo(MEMORY);
                assertThat(alarm.path("value").asLong()).isGreaterThan(2 * MEMORY);
                assertThat(alarm.path("node").asText())
                        .isEqualTo(node(api).path("name").asText());
            });
            assertThat(node(api).path("mem_alarm").asBoolean()).isTrue();
            api.delete("queues/%2f/large/contents").expect(204);
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(looker.get("alarms").expect(200).json()).isEmpty());
        }
    }

    @Test
    void ofTheDisk() {
        StoreSettings usual = StoreSettings.DEFAULT;
        StoreSettings noRoom = new StoreSettings(
                usual.segmentBytes(),
                usual.flushEvery(),
                MORE_THAN_ANY_DISK,
                usual.maxUnflushedBytes(),
                usual.onDamage());
        try (JumpMq broker = builder().dataDirectory(folder).store(noRoom).start()) {
            Api api = Api.of(broker);
            Awaitility.await().untilAsserted(() -> {
                JsonNode alarm = api.get("alarms").expect(200).json().path(0);
                assertThat(alarm.path("resource").asText()).isEqualTo("disk");
                assertThat(alarm.path("limit").asLong()).isEqualTo(MORE_THAN_ANY_DISK);
                assertThat(alarm.path("value").asLong()).isPositive();
            });
            assertThat(node(api).path("mem_alarm").asBoolean()).isFalse();
            assertThat(node(api).path("disk_free_alarm").asBoolean()).isTrue();
            assertThat(api.get("health/checks/alarms").expect(503).json().findValuesAsText("resource"))
                    .containsExactly("disk");
        }
    }
}

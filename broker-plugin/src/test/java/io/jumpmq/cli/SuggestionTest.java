package io.jumpmq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionTest {
    private static final List<String> KNOWN = List.of("show", "set", "--format", "list_queues", "list_users");

    @Test
    void theNearestWordIsMeant() {
        assertThat(Suggestion.of("sohw", KNOWN)).isEqualTo("; did you mean 'show'?");
        assertThat(Suggestion.of("--fromat", KNOWN)).contains("'--format'");
        assertThat(Suggestion.of("list_quues", KNOWN)).contains("'list_queues'");
        assertThat(Suggestion.of("list_user", KNOWN)).contains("'list_users'");
    }

    @Test
    void whatIsFarFromAllMeansNothingKnown() {
        assertThat(Suggestion.of("delete", KNOWN)).isEmpty();
        assertThat(Suggestion.of("", KNOWN)).isEmpty();
        assertThat(Suggestion.of("x", List.of())).isEmpty();
    }

    @Test
    void theDistanceCountsLetters() {
        assertThat(Suggestion.distance("queue", "queue")).isZero();
        assertThat(Suggestion.distance("queue", "quue")).isEqualTo(1);
        assertThat(Suggestion.distance("queue", "qeueu")).isEqualTo(2);
        assertThat(Suggestion.distance("", "abc")).isEqualTo(3);
        assertThat(Suggestion.distance("ab", "ba")).isEqualTo(1);
    }
}

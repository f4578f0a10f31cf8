package io.jumpmq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;

class NamePatternTest {
    /** Java's engine would take longer for this than the sun has. */
    private static final String COSTLY = "^(a+)+\\1b$";

    private static final String NAME = "a".repeat(255);

    @Test
    void itIsFoundAnywhere() throws Exception {
        NamePattern pattern = NamePattern.of("order|bill");
        assertThat(pattern.fits("new.orders")).isTrue();
        assertThat(pattern.search("bills")).isTrue();
        assertThat(pattern.fits("Orders")).isFalse();
        assertThat(NamePattern.ofAnyCase("order").fits("Orders")).isTrue();
    }

    @Test
    void whatTakesTooLongDoesNotFit() {
        NamePattern pattern = NamePattern.of(COSTLY);
        assertThat(pattern.fits(NAME)).isFalse();
        assertThatThrownBy(() -> pattern.search(NAME))
                .isInstanceOf(NamePattern.TooCostlyException.class)
                .hasMessage("the pattern \"" + COSTLY + "\" takes too long");
        assertThat(NamePattern.of(".*.*.*z").fits(NAME + "z"))
                .as("costly, but within bounds")
                .isTrue();
    }

    @Test
    void whatIsTooLongIsRefused() {
        assertThatThrownBy(() -> NamePattern.of("a".repeat(NamePattern.MAX_CHARACTERS + 1)))
                .isInstanceOf(PatternSyntaxException.class)
                .hasMessageStartingWith("more than 4096 characters");
    }

    @Test
    void equalTextsAreEqualPatterns() {
        assertThat(NamePattern.of("a.*")).isEqualTo(NamePattern.of("a.*")).hasSameHashCodeAs(NamePattern.of("a.*"));
        assertThat(NamePattern.of("a.*")).isNotEqualTo(NamePattern.of("a.+"));
        assertThat(NamePattern.of("a.*")).isNotEqualTo(NamePattern.ofAnyCase("a.*"));
    }
}

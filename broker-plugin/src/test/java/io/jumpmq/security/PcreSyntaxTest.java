package io.jumpmq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns mean what PCRE says they mean, or are refused; each line was tried with PCRE. */
class PcreSyntaxTest {
    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', delimiter = ' ', textBlock = """
            ^q-[[:alpha:]][[:digit:]]$ q-a1 q-:1
            ^[[:punct:]][[:alnum:]]+$ _b pb
            [^[:alnum:]-]$ a_ a-
            ^[[:^digit:]]$ a 1
            ^[^[:^digit:]]$ 1 a
            ^[[:xdigit:]_]+$ fF0_ g
            ^[[:space:][:word:]]+$ a_1 a-1
            ^[[:alnum:]]$ 1 _
            ^[[:upper:]][[:lower:]]$ Aa aA
            ^[[:graph:]]+$ a! é
            ^[[:ascii:]]$ _ é
            ^[a&&b]$ & c
            ^[a[b]$ [ ]
            ^[]a]$ ] b
            ^[^]a]$ b ]
            ^[a-]$ - b
            ^[\\w-x]$ - %
            ^[+--]$ , .
            ^[\\]a]$ ] b
            ^[\\d\\-]$ - a
            ^[a:]$ : b
            ^[:alpha:]$ : z
            ^a{h4}$ a{h4} ah4
            ^a{2}$ aa a{2}
            ^a{2,}$ aaa a
            ^a{1,2}b$ aab aaab
            ^a{x$ a{x ax
            ^a}$ a} a
            ^a]$ a] a
            ^a(?#comment)*$ aaa a#
            ^(?<a_1>.)\\k<a_1>$ xx xy
            ^(?P<n>.)(?P=n)$ xx xy
            ^(?'n'.)\\k{n}$ xx xy
            ^(.)\\g1$ xx xy
            ^(.)\\g{-1}$ xx xy
            ^(a)(b)\\2$ abb aba
            ^(?:a|b)+?c$ abc c
            ^(?>a+)b$ aab aac
            ^(?!amq\\.).*$ shop amq.gen
            ^(?i)shop SHOP hop
            ^(?i:s)hop Shop SHOP
            ^\\Qa.b[\\E$ a.b[ axb[
            ^\\x41\\x{42}$ AB ab
            \\bq\\b a-q-b aqb
            ^\\p{Lu}\\P{Lu}$ Ab ab
            ^a\\.b$ a.b axb
            ^#a$ #a a
            """)
    void aPatternFitsWhatPcreSaysAndNothingElse(String pattern, String fits, String doesNot) {
        NamePattern compiled = NamePattern.of(pattern);
        assertThat(compiled.fits(fits)).as("%s fits %s", pattern, fits).isTrue();
        assertThat(compiled.fits(doesNot)).as("%s fits %s", pattern, doesNot).isFalse();
        assertThat(compiled.text()).isEqualTo(pattern);
    }

    @Test
    void linesEndAtNewlinesOnly() {
        assertThat(NamePattern.of("^a.b$").fits("a\rb")).isTrue();
        assertThat(NamePattern.of("^a.b$").fits("a\u2028b")).isTrue();
        assertThat(NamePattern.of("^a.b$").fits("a\nb")).isFalse();
        assertThat(NamePattern.of("^a$").fits("a\n")).isTrue();
        assertThat(NamePattern.of("^a$").fits("a\r")).isFalse();
        assertThat(NamePattern.of("^a\\Nb$").fits("a\nb")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[[:nonsense:]]",
                "[[.a.]]",
                "[[=a=]]",
                "[a",
                "[b-a]",
                "a\\",
                "(?R)",
                "(?1)",
                "(?P>n)",
                "(?|a|b)",
                "(?(1)a|b)",
                "(?x)a b",
                "(*ACCEPT)",
                "(?#open",
                "a{,3}",
                "a{70000}",
                "\\1",
                "(a)\\2",
                "\\k<none>",
                "(?<n>a)(?<n>b)",
                "\\Ka",
                "\\u0041",
                "\\y",
                "\\p{Greek}",
                "[\\Qa\\E]",
                "\\x{110000}",
                "*a",
                "(",
                ")"
            })
    void whatPcreOrJavaDoesNotKnowIsRefused(String pattern) {
        assertThatThrownBy(() -> NamePattern.of(pattern)).isInstanceOf(PatternSyntaxException.class);
    }
}

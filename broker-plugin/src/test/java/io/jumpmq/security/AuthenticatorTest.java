package io.jumpmq.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.security.Permission.Operation;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AuthenticatorTest {
    private static final byte[] SALT = {1, 2, 3, 4};
    private static final User GUEST = new User("guest", PasswordHash.of("secret", SALT), Set.of(), Map.of());
    private static final User ANYBODY = new User("anybody", PasswordHash.of("pass\u00e9", SALT), Set.of(), Map.of());

    private final Authenticator authenticator = new Authenticator(
            name -> Map.of("guest", GUEST, "anybody", ANYBODY).get(name), Set.of("guest"), new LoginGuard(() -> 0));

    private static InetAddress address(int... bytes) {
        byte[] raw = new byte[bytes.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) bytes[i];
        }
        try {
            return InetAddress.getByAddress(raw);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static final InetAddress HERE = address(127, 0, 0, 1);
    private static final InetAddress ELSEWHERE = address(10, 1, 2, 3);

    private Authenticator.Outcome plain(String response, InetAddress peer) {
        return authenticator.authenticate("PLAIN", response.getBytes(UTF_8), peer);
    }

    @Test
    void theRightPasswordLetsIn() {
        assertThat(plain("\0guest\0secret", HERE).user()).isSameAs(GUEST);
        assertThat(plain("guest\0guest\0secret", HERE).user()).isSameAs(GUEST);
        assertThat(plain("\0anybody\0pass\u00e9", ELSEWHERE).user()).isSameAs(ANYBODY);
    }

    @Test
    void anythingElseDoesNot() {
        for (String response : new String[] {
            "", "\0", "guest\0secret", "\0guest\0", "\0guest\0Secret", "\0guest\0secret\0", "\0nobody\0secret"
        }) {
            Authenticator.Outcome outcome = plain(response, HERE);
            assertThat(outcome.user()).as(response).isNull();
            assertThat(outcome.reason()).doesNotContain("ecret");
        }
    }

    @Test
    void guestIsLetInFromThisMachineOnly() {
        assertThat(plain("\0guest\0secret", ELSEWHERE).user()).isNull();
        assertThat(plain("\0guest\0secret", ELSEWHERE).reason()).contains("from this machine only, not from 10.1.2.3");
        assertThat(plain("\0guest\0secret", address(127, 9, 9, 9)).user()).isSameAs(GUEST);
    }

    @Test
    void afterTooManyFailuresNoPasswordIsLookedAtWhateverTheMechanism() {
        for (int i = 0; i < LoginGuard.MAX_FAILURES; i++) {
            assertThat(plain("\0anybody\0guess " + i, ELSEWHERE).throttled()).isFalse();
        }
        Authenticator.Outcome outcome = plain("\0anybody\0pass\u00e9", ELSEWHERE);
        assertThat(outcome.user()).isNull();
        assertThat(outcome.throttled()).isTrue();
        assertThat(outcome.reason()).contains("'anybody' from 10.1.2.3").contains("wait a minute");
        assertThat(authenticator
                        .authenticate("AMQPLAIN", amqplain("anybody", "pass\u00e9"), ELSEWHERE)
                        .throttled())
                .isTrue();
        assertThat(plain("\0anybody\0pass\u00e9", address(10, 1, 2, 4)).user()).isSameAs(ANYBODY);
    }

    private static byte[] amqplain(String user, String password) {
        ByteBuf table = Unpooled.buffer();
        FieldTable.of(Map.of("LOGIN", user, "PASSWORD", password)).write(table);
        byte[] response = new byte[table.readableBytes() - Integer.BYTES];
        table.skipBytes(Integer.BYTES).readBytes(response);
        return response;
    }

    @Test
    void amqplainIsAFieldTable() {
        byte[] response = amqplain("guest", "secret");
        assertThat(authenticator.authenticate("AMQPLAIN", response, HERE).user())
                .isSameAs(GUEST);
        response[response.length - 1] ^= 1;
        assertThat(authenticator.authenticate("AMQPLAIN", response, HERE).user())
                .isNull();
        assertThat(authenticator
                        .authenticate("AMQPLAIN", new byte[] {5, 1}, HERE)
                        .user())
                .isNull();
    }

    /** RabbitMQ's format: base64 of the salt and of SHA-256 over salt and password. */
    @Test
    void anExportedHashIsRead() throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(SALT);
        byte[] hash = sha256.digest("secret".getBytes(UTF_8));
        byte[] both = new byte[36];
        System.arraycopy(SALT, 0, both, 0, 4);
        System.arraycopy(hash, 0, both, 4, 32);
        String exported = Base64.getEncoder().encodeToString(both);
        PasswordHash parsed = PasswordHash.parse(exported);
        assertThat(parsed.matches("secret".getBytes(UTF_8))).isTrue();
        assertThat(parsed.matches("secreT".getBytes(UTF_8))).isFalse();
        assertThat(parsed.export()).isEqualTo(exported);
        assertThat(PasswordHash.of("secret", SALT).export()).isEqualTo(exported);
        assertThat(parsed.toString()).doesNotContain(exported);
        assertThatThrownBy(() -> PasswordHash.parse("AAAA")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PasswordHash.parse("?")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void patternsFitAnywhereInTheNameUnlessAnchored() {
        Permission permission = Permission.of("^mine-", "", "orders");
        assertThat(permission.allows(Operation.CONFIGURE, "mine-1")).isTrue();
        assertThat(permission.allows(Operation.CONFIGURE, "not-mine-1")).isFalse();
        assertThat(permission.allows(Operation.WRITE, "anything")).isFalse();
        assertThat(permission.allows(Operation.READ, "all-orders-here")).isTrue();
        assertThat(Permission.ALL.allows(Operation.WRITE, "")).isTrue();
    }
}

package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.security.LoginGuard;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who guesses a password is refused at once a hundred times, and then waits. */
class LoginThrottlingTest {
    private static final long MINUTE = 60_000;

    private static final FieldTable WANTS_REFUSALS =
            FieldTable.of(Map.of("capabilities", FieldTable.of(Map.of("authentication_failure_close", true))));

    private final SteppedBroker broker = new SteppedBroker();

    private SteppedClient login(String mechanism, byte[] response) {
        SteppedClient client = broker.connect(ConnectionSettings.DEFAULT);
        ByteBuf out = Unpooled.buffer();
        FrameWriter.protocolHeader(out);
        FrameWriter.method(out, 0, new Method.ConnectionStartOk(WANTS_REFUSALS, mechanism, response, "en_US"));
        client.receive(ByteBufUtil.getBytes(out));
        return client;
    }

    private SteppedClient login(String user, String password) {
        return login("PLAIN", ("\0" + user + "\0" + password).getBytes(UTF_8));
    }

    private static byte[] amqplain(String user, String password) {
        ByteBuf table = Unpooled.buffer();
        FieldTable.of(Map.of("LOGIN", user, "PASSWORD", password)).write(table);
        return ByteBufUtil.getBytes(table.skipBytes(Integer.BYTES));
    }

    private static String text(SteppedClient client) {
        return client.written().toString(UTF_8);
    }

    private void guess() {
        for (int i = 0; i < LoginGuard.MAX_FAILURES; i++) {
            SteppedClient client =
                    i % 2 == 0 ? login("guest", "guess " + i) : login("AMQPLAIN", amqplain("guest", "guess " + i));
            assertThat(client.isClosed()).isTrue();
            assertThat(text(client)).contains("ACCESS_REFUSED - Login was refused");
        }
    }

    @Test
    void afterAHundredGuessesEvenTheRightPasswordHasToWaitAndIsRefused() {
        guess();
        SteppedClient plain = login("guest", "guest");
        SteppedClient table = login("AMQPLAIN", amqplain("guest", "guest"));
        broker.advance(Handshake.THROTTLED_MILLIS - 100);
        for (SteppedClient client : new SteppedClient[] {plain, table}) {
            assertThat(client.isClosed()).isFalse();
            assertThat(text(client)).doesNotContain("ACCESS_REFUSED");
        }
        broker.advance(200);
        for (SteppedClient client : new SteppedClient[] {plain, table}) {
            assertThat(client.isClosed()).isTrue();
            assertThat(text(client)).contains("ACCESS_REFUSED - Login was refused");
            assertThat(client.log()).singleElement().asString().contains("too many failed logins as user 'guest'");
        }
        assertThat(broker.failures()).isEmpty();
    }

    @Test
    void othersAreServedWhileAGuesserWaits() {
        guess();
        login("guest", "guest");
        SteppedClient other = login("nobody", "x");
        assertThat(other.isClosed()).isTrue();
        assertThat(other.log()).containsExactly("login refused: there is no user 'nobody'");
    }

    @Test
    void whoHangsUpWhileWaitingLeavesNothingBehind() {
        guess();
        SteppedClient client = login("guest", "guest");
        client.hangUp();
        broker.advance(2 * Handshake.THROTTLED_MILLIS);
        assertThat(client.log()).isEmpty();
        assertThat(broker.failures()).isEmpty();
    }

    @Test
    void aMinuteLaterTheRightPasswordLetsIn() {
        guess();
        broker.advance(MINUTE + 100);
        assertThat(login("guest", "guest").isClosed()).isFalse();
    }
}

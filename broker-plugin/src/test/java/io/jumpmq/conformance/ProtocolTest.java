package io.jumpmq.conformance;

import static io.jumpmq.conformance.RawAmqp.BASIC_PUBLISH;
import static io.jumpmq.conformance.RawAmqp.BODY;
import static io.jumpmq.conformance.RawAmqp.CHANNEL_CLOSE;
import static io.jumpmq.conformance.RawAmqp.CHANNEL_CLOSE_OK;
import static io.jumpmq.conformance.RawAmqp.CHANNEL_FLOW;
import static io.jumpmq.conformance.RawAmqp.CHANNEL_FLOW_OK;
import static io.jumpmq.conformance.RawAmqp.CHANNEL_OPEN;
import static io.jumpmq.conformance.RawAmqp.CHANNEL_OPEN_OK;
import static io.jumpmq.conformance.RawAmqp.CONNECTION_CLOSE;
import static io.jumpmq.conformance.RawAmqp.CONNECTION_CLOSE_OK;
import static io.jumpmq.conformance.RawAmqp.CONNECTION_START;
import static io.jumpmq.conformance.RawAmqp.CONNECTION_TUNE;
import static io.jumpmq.conformance.RawAmqp.CONNECTION_TUNE_OK;
import static io.jumpmq.conformance.RawAmqp.HEADER;
import static io.jumpmq.conformance.RawAmqp.HEARTBEAT;
import static io.jumpmq.conformance.RawAmqp.METHOD;
import static io.jumpmq.conformance.RawAmqp.QUEUE_DECLARE;
import static io.jumpmq.conformance.RawAmqp.QUEUE_DECLARE_OK;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.conformance.RawAmqp.Frame;
import io.jumpmq.conformance.RawAmqp.Octets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a well-behaved client never sends. */
class ProtocolTest {
    private static final byte[] OUR_HEADER = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

    @ParameterizedTest
    @CsvSource({"0, 0, 9, 2", "0, 0, 8, 0", "9, 9, 9, 9", "1, 1, 0, 10"})
    void anotherVersionIsAnsweredWithTheRightHeader(int a, int b, int c, int d) throws Exception {
        try (RawAmqp raw = RawAmqp.connect()) {
            raw.sendHeader(a, b, c, d);
            assertThat(raw.readToEnd()).isEqualTo(OUR_HEADER);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "amqp\0\0\u0009\u0001", "AMQX\0\0\u0009\u0001"})
    void anotherProtocolIsAnsweredWithTheRightHeader(String greeting) throws Exception {
        try (RawAmqp raw = RawAmqp.connect()) {
            raw.send(greeting.getBytes(US_ASCII));
            byte[] answer = raw.readToEnd();
            assertThat(Arrays.copyOf(answer, 8)).isEqualTo(OUR_HEADER);
        }
    }

    @Test
    void aClientOfVersion09IsTaken() throws Exception {
        try (RawAmqp raw = RawAmqp.connect()) {
            raw.sendHeader(1, 1, 0, 9);
            raw.expect(CONNECTION_START);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 8, 0", "1, 1, 9, 1"})
    @RabbitMqOnly("AMQP 0-8 has other methods, and no clients any more")
    void clientsOfVersion08AreTaken(int a, int b, int c, int d) throws Exception {
        try (RawAmqp raw = RawAmqp.connect()) {
            raw.sendHeader(a, b, c, d);
            raw.expect(CONNECTION_START);
        }
    }

    @Test
    void theHeaderMayComeInPieces() throws Exception {
        try (RawAmqp raw = RawAmqp.connect()) {
            for (byte octet : OUR_HEADER) {
                raw.send(new byte[] {octet});
            }
            raw.expect(CONNECTION_START);
        }
    }

    @Test
    void startOffersVersionMechanismsAndLocale() throws Exception {
        try (RawAmqp raw = RawAmqp.connect()) {
            raw.sendHeader(0, 0, 9, 1);
            Frame start = raw.expect(CONNECTION_START);
            assertThat(start.channel()).isZero();
            assertThat(start.payload()[4]).isZero();
            assertThat(start.payload()[5]).isEqualTo((byte) 9);
            String all = new String(start.payload(), UTF_8);
            assertThat(all).contains("PLAIN", "AMQPLAIN").endsWith("en_US");
        }
    }

    @Test
    void framesMayComeOctetByOctet() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            byte[] declare = RawAmqp.frame(
                    METHOD,
                    1,
                    new Octets()
                            .u32(QUEUE_DECLARE)
                            .u16(0)
                            .shortText("")
                            .u8(4)
                            .emptyTable()
                            .toBytes());
            for (byte octet : declare) {
                raw.send(new byte[] {octet});
            }
            raw.expect(QUEUE_DECLARE_OK);
        }
    }

    @Test
    void aWrongPasswordIsToldToWhoAsksForIt() throws Exception {
        try (RawAmqp raw = RawAmqp.connect()) {
            raw.sendHeader(0, 0, 9, 1);
            raw.expect(CONNECTION_START);
            raw.sendStartOk("PLAIN", "\0guest\0wrong", RawAmqp::askForReasons);
            assertThat(raw.connectionClose())
                    .isEqualTo(
                            "connection 403 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile. (0, 0)");
        }
    }

    @FunctionalInterface
    private interface Conversation {
        void on(RawAmqp raw) throws IOException;
    }

    /** All at once: RabbitMQ keeps whoever fails to log in waiting for three seconds. */
    private static void expectEnds(Conversation... conversations) throws IOException {
        List<RawAmqp> ended = new ArrayList<>();
        try {
            for (Conversation conversation : conversations) {
                RawAmqp raw = RawAmqp.connect();
                ended.add(raw);
                raw.sendHeader(0, 0, 9, 1);
                raw.expect(CONNECTION_START);
                conversation.on(raw);
            }
            for (RawAmqp raw : ended) {
                raw.expectEnd();
            }
        } finally {
            for (RawAmqp raw : ended) {
                raw.close();
            }
        }
    }

    private static Conversation tuned(int channelMax, int frameMax) {
        return raw -> {
            raw.sendStartOk("PLAIN", "\0guest\0guest", Octets::emptyTable);
            raw.expect(CONNECTION_TUNE);
            raw.send(0, CONNECTION_TUNE_OK, a -> a.u16(channelMax).u32(frameMax).u16(0));
            raw.sendOpen("/");
        };
    }

    @Test
    void limitsBeyondTheProposalEndTheConnection() throws Exception {
        expectEnds(tuned(2047, 4_095), tuned(2047, 131_073), tuned(2047, 0), tuned(2048, 131_072), tuned(0, 131_072));
    }

    @Test
    void methodsOutOfTurnEndTheConnection() throws Exception {
        expectEnds(
                raw -> raw.sendOpen("/"),
                raw -> raw.send(0, CONNECTION_TUNE_OK, a -> a.u16(0).u32(0).u16(0)),
                raw -> raw.send(1, CHANNEL_OPEN, a -> a.shortText("")),
                raw -> raw.sendFrame(BODY, 0, new byte[] {1}));
    }

    @Test
    void loginsThatFailEndTheConnection() throws Exception {
        expectEnds(
                raw -> raw.sendStartOk("PLAIN", "\0guest\0wrong", Octets::emptyTable),
                raw -> raw.sendStartOk("PLAIN", "guest", Octets::emptyTable),
                raw -> raw.sendStartOk("PLAIN", "", Octets::emptyTable),
                raw -> raw.sendStartOk("AMQPLAIN", "guest", Octets::emptyTable),
                raw -> raw.sendStartOk("NONSENSE", "\0guest\0guest", Octets::emptyTable));
    }

    @Test
    void tuneProposesTheLimits() throws Exception {
        try (RawAmqp raw = RawAmqp.connect()) {
            raw.sendHeader(0, 0, 9, 1);
            raw.expect(CONNECTION_START);
            raw.sendStartOk("PLAIN", "\0guest\0guest", RawAmqp::askForReasons);
            Frame tune = raw.expect(CONNECTION_TUNE);
            assertThat(Octets.u16(tune.payload(), 4)).isEqualTo(2047);
            assertThat(Octets.u32(tune.payload(), 6)).isEqualTo(131_072);
            assertThat(Octets.u16(tune.payload(), 10)).isEqualTo(60);
        }
    }

    @Test
    void moreChannelsThanAgreedAreRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.open(2, 131_072, 0)) {
            for (int channel = 1; channel <= 2; channel++) {
                raw.send(channel, CHANNEL_OPEN, a -> a.shortText(""));
                raw.expect(CHANNEL_OPEN_OK);
            }
            raw.send(3, CHANNEL_OPEN, a -> a.shortText(""));
            assertThat(raw.connectionClose())
                    .isEqualTo(
                            "connection 530 NOT_ALLOWED - number of channels opened (2) has reached the negotiated channel_max (2) (0, 0)");
        }
    }

    @Test
    void openTwiceIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.open()) {
            raw.sendOpen("/");
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 504 CHANNEL_ERROR - unexpected method in connection state running (10, 40)");
        }
    }

    @Test
    void aChannelMethodOnChannelZeroIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.open()) {
            raw.send(0, CHANNEL_OPEN, a -> a.shortText(""));
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 504 CHANNEL_ERROR - unexpected method in connection state running (20, 10)");
        }
    }

    @Test
    void contentOnChannelZeroIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.open()) {
            raw.sendFrame(BODY, 0, new byte[] {1});
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 505 UNEXPECTED_FRAME - type 3, all octets = <<1>> (0, 0)");
        }
    }

    @Test
    void aConnectionMethodOnAChannelIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(1, CONNECTION_CLOSE, a -> a.u16(200).shortText("").u16(0).u16(0));
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 503 COMMAND_INVALID - unimplemented method (10, 50)");
        }
    }

    @Test
    void aMethodOnAnUnopenedChannelIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.open()) {
            raw.send(7, QUEUE_DECLARE, a -> a.u16(0).shortText("").u8(4).emptyTable());
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 504 CHANNEL_ERROR - expected 'channel.open' (50, 10)");
        }
    }

    @Test
    void openingAChannelTwiceIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(1, CHANNEL_OPEN, a -> a.shortText(""));
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 504 CHANNEL_ERROR - second 'channel.open' seen (20, 10)");
        }
    }

    @Test
    void closingAnUnopenedChannelIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.open()) {
            raw.send(5, CHANNEL_CLOSE, a -> a.u16(200).shortText("").u16(0).u16(0));
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 504 CHANNEL_ERROR - expected 'channel.open' (20, 40)");
        }
    }

    @Test
    void aStrayCloseOkIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(1, CHANNEL_CLOSE_OK);
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 503 COMMAND_INVALID - unimplemented method (20, 41)");
        }
    }

    @Test
    void whatFollowsAChannelErrorIsSkippedUntilCloseOk() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(1, QUEUE_DECLARE, a -> a.u16(0).shortText("amq.no").u8(0).emptyTable());
            raw.send(1, QUEUE_DECLARE, a -> a.u16(0).shortText("").u8(4).emptyTable());
            raw.sendPublish(1, "q");
            raw.sendContentHeader(1, 60, 1);
            raw.sendFrame(BODY, 1, new byte[] {1});
            assertThat(raw.channelClose())
                    .isEqualTo(
                            "channel 1: 403 ACCESS_REFUSED - queue name 'amq.no' contains reserved prefix 'amq.*' (50, 10)");
            raw.send(1, CHANNEL_OPEN, a -> a.shortText(""));
            raw.expect(CHANNEL_OPEN_OK);
        }
    }

    @Test
    void aChannelNumberIsFreeAgainAfterItsClose() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(1, CHANNEL_CLOSE, a -> a.u16(200).shortText("").u16(0).u16(0));
            raw.expect(CHANNEL_CLOSE_OK);
            raw.send(1, CHANNEL_OPEN, a -> a.shortText(""));
            raw.expect(CHANNEL_OPEN_OK);
        }
    }

    @Test
    void connectionCloseIsAnswered() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(
                    0, CONNECTION_CLOSE, a -> a.u16(200).shortText("bye").u16(0).u16(0));
            raw.expect(CONNECTION_CLOSE_OK);
        }
    }

    @Test
    void aMethodInsteadOfAContentHeaderIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.sendPublish(1, "q");
            raw.sendPublish(1, "q");
            assertThat(raw.connectionClose())
                    .isEqualTo(
                            "connection 505 UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead (60, 40)");
        }
    }

    @Test
    void aBodyInsteadOfAContentHeaderIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.sendPublish(1, "q");
            raw.sendFrame(BODY, 1, new byte[] {1});
            assertThat(raw.connectionClose())
                    .isEqualTo(
                            "connection 505 UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead (60, 40)");
        }
    }

    @Test
    void aContentHeaderInsteadOfABodyIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.sendPublish(1, "q");
            raw.sendContentHeader(1, 60, 5);
            raw.sendContentHeader(1, 60, 5);
            assertThat(raw.connectionClose())
                    .isEqualTo(
                            "connection 505 UNEXPECTED_FRAME - expected content body, got non content body frame instead (60, 40)");
        }
    }

    @Test
    void aMethodInsteadOfABodyIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.sendPublish(1, "q");
            raw.sendContentHeader(1, 60, 5);
            raw.sendPublish(1, "q");
            assertThat(raw.connectionClose())
                    .isEqualTo(
                            "connection 505 UNEXPECTED_FRAME - expected content body, got non content body frame instead (60, 40)");
        }
    }

    @Test
    void aContentHeaderOfAnotherClassIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.sendPublish(1, "q");
            raw.sendContentHeader(1, 50, 5);
            assertThat(raw.connectionClose())
                    .isEqualTo(
                            "connection 505 UNEXPECTED_FRAME - expected content header for class 60, got one for class 50 instead (60, 40)");
        }
    }

    @Test
    void aContentHeaderWithoutAMethodIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.sendContentHeader(1, 60, 5);
            assertThat(raw.connectionClose())
                    .isEqualTo(
                            "connection 505 UNEXPECTED_FRAME - expected method frame, got non method frame instead (0, 0)");
        }
    }

    @Test
    void aBodyWithoutAMethodIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.sendFrame(BODY, 1, new byte[] {1});
            assertThat(raw.connectionClose())
                    .isEqualTo(
                            "connection 505 UNEXPECTED_FRAME - expected method frame, got non method frame instead (0, 0)");
        }
    }

    @Test
    @JumpMqOnly("RabbitMQ waits for ever")
    void moreBodyThanAnnouncedIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.sendPublish(1, "q");
            raw.sendContentHeader(1, 60, 5);
            raw.sendFrame(BODY, 1, new byte[6]);
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 501 FRAME_ERROR - a body of 5 bytes is followed by 1 more (60, 40)");
        }
    }

    @Test
    void anEmptyBodyFrameIsTaken() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.sendPublish(1, "q");
            raw.sendContentHeader(1, 60, 2);
            raw.sendFrame(BODY, 1, new byte[0]);
            raw.sendFrame(BODY, 1, new byte[2]);
            raw.send(1, QUEUE_DECLARE, a -> a.u16(0).shortText("").u8(4).emptyTable());
            raw.expect(QUEUE_DECLARE_OK);
        }
    }

    @Test
    void anUnknownFrameTypeIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.sendFrame(5, 1, new byte[] {1});
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 501 FRAME_ERROR - type 5, all octets = <<1>>: unknown_frame (0, 0)");
        }
    }

    @Test
    void aFrameWithoutItsEndIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            byte[] frame = RawAmqp.frame(METHOD, 1, new byte[] {0, 50, 0, 10});
            frame[frame.length - 1] = 0;
            raw.send(frame);
            assertThat(raw.connectionClose())
                    .isEqualTo(
                            "connection 501 FRAME_ERROR - type 1, all octets = <<0,50,0,10>>: {invalid_frame_end_marker,0} (0, 0)");
        }
    }

    @Test
    void aFrameBeyondTheAgreedSizeIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.open(2047, 4096, 0)) {
            raw.send(new Octets().u8(METHOD).u16(1).u32(4097).raw(new byte[10]).toBytes());
            assertThat(raw.connectionClose())
                    .isEqualTo(
                            "connection 501 FRAME_ERROR - type 1, all octets = <<>>: {frame_too_large,4097,4088} (0, 0)");
        }
    }

    @Test
    void anUnknownMethodIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(1, RawAmqp.method(60, 99));
            raw.expectEnd();
        }
    }

    @Test
    void aTruncatedMethodIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(1, QUEUE_DECLARE, a -> a.u16(0).u8(200));
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 501 FRAME_ERROR - cannot decode <<0,0,200>> (50, 10)");
        }
    }

    @Test
    void aMethodForClientsOnlyIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(1, QUEUE_DECLARE_OK, a -> a.shortText("q").u32(0).u32(0));
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 503 COMMAND_INVALID - unimplemented method (50, 11)");
        }
    }

    @Test
    void aTableOfUnknownTypesIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            Octets table = new Octets().shortText("x").u8('?').u8(1);
            raw.send(1, QUEUE_DECLARE, a -> a.u16(0).shortText("").u8(4).table(table));
            raw.expectEnd();
        }
    }

    @Test
    @JumpMqOnly("RabbitMQ calls it an internal error, 541")
    void brokenPropertiesAreRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.sendPublish(1, "q");
            raw.sendFrame(
                    HEADER,
                    1,
                    new Octets().u16(60).u16(0).u64(0).u16(0x2000).u32(99).toBytes());
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 502 SYNTAX_ERROR - a table of 99 bytes where 0 are left (60, 40)");
        }
    }

    @Test
    void stoppingTheFlowIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(1, CHANNEL_FLOW, a -> a.u8(0));
            assertThat(raw.connectionClose()).isEqualTo("connection 540 NOT_IMPLEMENTED - active=false (20, 20)");
        }
    }

    @Test
    void lettingTheFlowGoOnIsAnswered() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(1, CHANNEL_FLOW, a -> a.u8(1));
            assertThat(raw.expect(CHANNEL_FLOW_OK).payload()[4]).isEqualTo((byte) 1);
        }
    }

    @Test
    void heartbeatsComeAtHalfTheAgreedTime() throws Exception {
        try (RawAmqp raw = RawAmqp.open(2047, 131_072, 1)) {
            Frame frame = raw.read();
            assertThat(frame).isNotNull();
            assertThat(frame.type()).isEqualTo(HEARTBEAT);
            assertThat(frame.channel()).isZero();
            assertThat(frame.payload()).isEmpty();
        }
    }

    @Test
    void aClientWithoutHeartbeatsIsDropped() throws Exception {
        try (RawAmqp raw = RawAmqp.open(2047, 131_072, 1)) {
            Frame frame = raw.read();
            while (frame != null) {
                assertThat(frame.type()).isEqualTo(HEARTBEAT);
                frame = raw.read();
            }
        }
    }

    @Test
    void aHeartbeatOnAChannelIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.sendFrame(HEARTBEAT, 1, new byte[0]);
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 505 UNEXPECTED_FRAME - type 8, all octets = <<>> (0, 0)");
        }
    }

    @Test
    void aHeartbeatWithAPayloadIsRefused() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.sendFrame(HEARTBEAT, 0, new byte[] {1});
            assertThat(raw.connectionClose())
                    .isEqualTo("connection 501 FRAME_ERROR - type 8, all octets = <<1>>: unknown_frame (0, 0)");
        }
    }

    @Test
    void immediateAndMandatoryBitsAreRead() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(
                    1, BASIC_PUBLISH, a -> a.u16(0).shortText("").shortText("q").u8(2));
            raw.sendContentHeader(1, 60, 0);
            assertThat(raw.connectionClose()).isEqualTo("connection 540 NOT_IMPLEMENTED - immediate=true (60, 40)");
        }
    }

    @Test
    void aNonzeroTicketIsIgnored() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(1, QUEUE_DECLARE, a -> a.u16(17).shortText("").u8(4).emptyTable());
            raw.expect(QUEUE_DECLARE_OK);
        }
    }

    @Test
    void accessRequestsAreAnswered() throws Exception {
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(1, RawAmqp.method(30, 10), a -> a.shortText("/data").u8(31));
            raw.expect(RawAmqp.method(30, 11));
        }
    }

    @Test
    void aSecretMayBeUpdated() throws Exception {
        try (RawAmqp raw = RawAmqp.open()) {
            raw.send(0, RawAmqp.method(10, 70), a -> a.longText("guest").shortText("rotation"));
            raw.expect(RawAmqp.method(10, 71));
        }
    }
}

package io.jumpmq.broker.catalog;

import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.ByteBufUtil;
import java.util.List;

/**
 * What a log can keep. A change fits into a record of {@value Change#MAX_BYTES} bytes, and its texts are Unicode: half a
 * character would come back as another name. What only names something that is there has passed already.
 */
final class Recordable {
    /** All that has a bound of its own: names of at most 255 bytes, numbers, a password's hash. */
    private static final int BOUNDED_BYTES = 4 << 10;

    private long bytes = BOUNDED_BYTES;

    private Recordable() {}

    /**
     * Lets a change pass that can be kept.
     *
     * @throws AmqpException PRECONDITION_FAILED when it cannot
     */
    static void require(Change change) {
        Recordable parts = new Recordable();
        if (change instanceof Change.BindingAdded added) {
            parts.text(added.key()).table(added.arguments()).require("a binding");
        } else if (change instanceof Change.QueueDeclared declared) {
            parts.text(declared.name()).table(declared.arguments()).require("a queue");
        } else if (change instanceof Change.ExchangeDeclared declared) {
            parts.text(declared.name()).table(declared.arguments()).require("an exchange");
        } else if (change instanceof Change.VhostCreated created) {
            parts.text(created.name())
                    .text(created.description())
                    .texts(created.tags())
                    .require("a virtual host");
        } else if (change instanceof Change.UserPut put) {
            parts.text(put.name()).texts(put.tags()).require("a user");
        } else if (change instanceof Change.PermissionSet set) {
            parts.text(set.user())
                    .texts(List.of(
                            set.permission().configure().text(),
                            set.permission().write().text(),
                            set.permission().read().text()))
                    .require("a permission");
        } else if (change instanceof Change.PolicySet set) {
            Policy policy = set.policy();
            parts.text(policy.name()).text(policy.pattern().text());
            policy.definition().values().forEach(value -> requireUnicode(String.valueOf(value)));
            parts.table(FieldTable.of(policy.definition())).require("a policy");
        } else if (change instanceof Change.RingRestored restored) {
            parts.bytes += restored.snapshot().length;
            parts.require("a ring");
        }
    }

    private Recordable text(String text) {
        requireUnicode(text);
        bytes += Integer.BYTES + ByteBufUtil.utf8Bytes(text);
        return this;
    }

    private static void requireUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    throw new AmqpException(
                            ReplyCode.PRECONDITION_FAILED, "a text is not Unicode: half a character at " + i);
                }
                i++;
            }
        }
    }

    private Recordable texts(Iterable<String> texts) {
        texts.forEach(this::text);
        return this;
    }

    private Recordable table(FieldTable table) {
        bytes += table.size();
        return this;
    }

    private void require(String what) {
        if (bytes > Change.MAX_BYTES) {
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED,
                    what + " that takes " + bytes + " bytes cannot be kept; the limit is " + Change.MAX_BYTES);
        }
    }
}

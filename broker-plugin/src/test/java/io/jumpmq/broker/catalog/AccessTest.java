package io.jumpmq.broker.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.broker.node.TestIds;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.User;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Virtual hosts, users, permissions and limits as commands. */
class AccessTest {
    private static final PasswordHash SECRET = PasswordHash.of("secret", new byte[] {1, 2, 3, 4});
    private static final PasswordHash OTHER = PasswordHash.of("other", new byte[] {1, 2, 3, 4});

    private final CatalogUnderTest catalog = new CatalogUnderTest();

    private User user(String name) {
        return Objects.requireNonNull(catalog.catalog.user(name));
    }

    @Test
    void aNewPasswordKeepsThePermissions() {
        catalog.run(new Command.PutUser("ann", SECRET, Set.of("monitoring")));
        catalog.run(new Command.SetPermission("/", "ann", Permission.of("a", "b", "c")));
        catalog.run(new Command.PutUser("ann", OTHER, Set.of()));
        assertThat(user("ann").password()).isEqualTo(OTHER);
        assertThat(user("ann").tags()).isEmpty();
        assertThat(user("ann").permissions()).containsEntry("/", Permission.of("a", "b", "c"));
    }

    @Test
    void whatIsSoAlreadyChangesNothing() {
        catalog.run(new Command.PutUser("ann", SECRET, Set.of()));
        catalog.run(new Command.SetPermission("/", "ann", Permission.ALL));
        assertThat(catalog.run(new Command.PutUser("ann", SECRET, Set.of()))).isEmpty();
        assertThat(catalog.run(new Command.SetPermission("/", "ann", Permission.of(".*", ".*", ".*"))))
                .isEmpty();
        assertThat(catalog.run(new Command.CreateVhost("/", "", Set.of()))).isEmpty();
    }

    @Test
    void aVirtualHostGoesWithAllThatIsInItAndWithWhatAnybodyMayDoThere() {
        catalog.run(new Command.PutUser("ann", SECRET, Set.of()));
        catalog.run(new Command.CreateVhost("v", "tests", Set.of("t")));
        catalog.run(new Command.SetPermission("v", "ann", Permission.ALL));
        catalog.run(new Command.DeclareExchange(
                "v", "ch", "x-consistent-hash", true, false, false, FieldTable.EMPTY, TestIds.CLIENT));
        for (String queue : new String[] {"a", "b"}) {
            catalog.run(new Command.DeclareQueue("v", queue, true, false, false, FieldTable.EMPTY, TestIds.CLIENT));
            catalog.run(
                    new Command.Bind("v", "ch", DestinationKind.QUEUE, queue, "3", FieldTable.EMPTY, TestIds.CLIENT));
        }
        catalog.run(new Command.DeleteVhost("v"));
        assertThat(catalog.catalog.vhost("v")).isNull();
        assertThat(user("ann").permissions()).isEmpty();
        assertThat(catalog.told).containsExactlyInAnyOrder("deleted a", "deleted b", "vhost gone v");
        assertThat(catalog.told).last().isEqualTo("vhost gone v");
    }

    @Test
    void whoIsNotThereCannotBeChanged() {
        assertThatThrownBy(() -> catalog.run(new Command.DeleteUser("nobody")))
                .isInstanceOf(AmqpException.class)
                .hasMessage("no user 'nobody'");
        assertThatThrownBy(() -> catalog.run(new Command.SetPermission("/", "nobody", Permission.ALL)))
                .hasMessage("no user 'nobody'");
        assertThatThrownBy(() -> catalog.run(new Command.SetPermission("none", "nobody", Permission.ALL)))
                .hasMessage("no vhost 'none'");
        assertThatThrownBy(() -> catalog.run(new Command.DeleteVhost("none"))).hasMessage("no vhost 'none'");
    }

    @Test
    void aVirtualHostTakesNoMoreQueuesThanItMay() {
        catalog.run(new Command.SetVhostLimits("/", new VhostLimits(OptionalInt.empty(), OptionalInt.of(1))));
        catalog.queue("first", Map.of());
        assertThat(catalog.queue("first", Map.of()).name()).as("again").isEqualTo("first");
        assertThatThrownBy(() -> catalog.queue("second", Map.of()))
                .isInstanceOf(AmqpException.class)
                .hasMessage("cannot declare queue 'second': queue limit in vhost '/' (1) is reached");
    }

    @Test
    void aDeletedUserIsToldOf() {
        catalog.run(new Command.PutUser("ann", SECRET, Set.of()));
        catalog.run(new Command.DeleteUser("ann"));
        assertThat(catalog.catalog.user("ann")).isNull();
        assertThat(catalog.told).containsExactly("user gone ann");
    }
}

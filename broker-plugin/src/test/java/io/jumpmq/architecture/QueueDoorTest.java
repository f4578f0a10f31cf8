package io.jumpmq.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.jumpmq.broker.queue.MessageQueue;
import io.jumpmq.broker.queue.QueueConsumer;
import io.jumpmq.broker.queue.QueueEntry;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.broker.queue.Subscriber;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Queues are reached through their port alone. */
class QueueDoorTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.jumpmq");

    /** What changes on a queue's loop, and is nobody's but the queue's own. */
    private static final Set<String> INSIDE =
            Set.of(MessageQueue.class.getName(), QueueConsumer.class.getName(), QueueEntry.class.getName());

    private static List<String> implementations(Class<?> port) {
        return CLASSES.stream()
                .filter(type -> !type.isInterface() && type.isAssignableTo(port))
                .map(JavaClass::getSimpleName)
                .sorted()
                .toList();
    }

    @Test
    void theseArePortsOfQueues() {
        assertThat(implementations(QueuePort.class)).containsExactly("LocalQueue");
    }

    @Test
    void theseSubscribe() {
        assertThat(implementations(Subscriber.class)).containsExactly("ChannelConsumer");
    }

    @Test
    void nobodyElseSeesWhatChangesOnAQueuesLoop() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.jumpmq.broker", "io.jumpmq.broker.queue", "io.jumpmq.store")
                .should()
                .dependOnClassesThat(describe("are inside of queues", type -> INSIDE.contains(type.getName())))
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.jumpmq.store")
                .should()
                .dependOnClassesThat(describe("run a queue", type -> type.isEquivalentTo(MessageQueue.class)))
                .check(CLASSES);
    }

    @Test
    void onlyItsOwnPackageNamesTheLocalQueue() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.jumpmq.broker")
                .should()
                .dependOnClassesThat()
                .haveSimpleName("LocalQueue")
                .check(CLASSES);
    }
}

package io.jumpmq.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The map of the code, kept true: each line may use only the lines below it. */
class LayersTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.jumpmq");

    @Test
    void dependenciesPointDown() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("io.jumpmq..")
                .withOptionalLayers(true)
                .layer("app")
                .definedBy("io.jumpmq.app..")
                .layer("cli and config")
                .definedBy("io.jumpmq.cli..", "io.jumpmq.config..")
                .layer("rim")
                .definedBy(
                        "io.jumpmq.transport..", "io.jumpmq.management..", "io.jumpmq.store..", "io.jumpmq.cluster..")
                .layer("session")
                .definedBy("io.jumpmq.session..")
                .layer("broker")
                .definedBy("io.jumpmq.broker..")
                .layer("security")
                .definedBy("io.jumpmq.security..")
                .layer("codec and counters")
                .definedBy("io.jumpmq.amqp..", "io.jumpmq.metrics..")
                .layer("values")
                .definedBy("io.jumpmq.value..")
                .layer("plugin API")
                .definedBy("io.jumpmq.plugin..")
                .layer("ring")
                .definedBy("io.jumpmq.ring..")
                .whereLayer("app")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("cli and config")
                .mayOnlyBeAccessedByLayers("app")
                .whereLayer("rim")
                .mayOnlyBeAccessedByLayers("app", "cli and config")
                .whereLayer("session")
                .mayOnlyBeAccessedByLayers("app", "cli and config", "rim")
                .whereLayer("broker")
                .mayOnlyBeAccessedByLayers("app", "cli and config", "rim", "session")
                .whereLayer("security")
                .mayOnlyBeAccessedByLayers("app", "cli and config", "rim", "session", "broker")
                .whereLayer("codec and counters")
                .mayOnlyBeAccessedByLayers("app", "cli and config", "rim", "session", "broker", "security")
                .check(CLASSES);
    }

    /** A plugin has Java and this: whatever else it showed could never change again. */
    @Test
    void whatPluginsAreWrittenAgainstStandsAlone() {
        classes()
                .that()
                .resideInAPackage("io.jumpmq.plugin..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.jumpmq.plugin..", "java..", "org.jspecify.annotations..")
                .check(CLASSES);
    }

    @Test
    void theRimsPackagesDoNotKnowEachOther() {
        slices().matching("io.jumpmq.(transport|management|store|cluster)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }

    @Test
    void aProtocolIsKnownToWhoJoinsItToTheOthersAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.jumpmq.session.amqp091..", "io.jumpmq.app..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.jumpmq.session.amqp091..")
                .check(CLASSES);
    }

    @Test
    void theWireFormatOfAmqp091IsKnownToThoseAloneWhoSpeakIt() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.jumpmq.amqp..", "io.jumpmq.session.amqp091..", "io.jumpmq.cli.perf..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.jumpmq.amqp..")
                .check(CLASSES);
    }

    @Test
    void thereAreNoCyclesAmongPackages() {
        slices().matching("io.jumpmq.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void coresKnowNoSocketFileThreadOrClock() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.jumpmq.ring..",
                        "io.jumpmq.plugin..",
                        "io.jumpmq.value..",
                        "io.jumpmq.amqp..",
                        "io.jumpmq.security..",
                        "io.jumpmq.broker..",
                        "io.jumpmq.session..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.nio.channels..", "io.netty.channel..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.Thread")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(CLASSES);
    }
}

package io.jumpmq.ring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the core may know: itself, the Java language, and one hashing library. */
class RingArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.jumpmq.ring");

    @Test
    void theCoreKnowsLittle() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.jumpmq.ring..",
                        "java.lang..",
                        "java.util",
                        "java.util.function",
                        "java.util.stream",
                        "java.nio.charset",
                        "java.io",
                        "com.dynatrace.hash4j..",
                        "org.jspecify.annotations")
                .check(CLASSES);
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.lang\\.Thread|java\\.io\\.File.*|java\\.lang\\.Process.*")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(CLASSES);
    }

    @Test
    void hashesDoNotKnowTheRing() {
        noClasses()
                .that()
                .resideInAPackage("io.jumpmq.ring.hash")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.jumpmq.ring")
                .check(CLASSES);
    }
}

package io.jumpmq.ring;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

/** What the core may know: itself, the Java language, and one hashing library. */
class RingArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.jumpmq.ring");

    /** No file, socket, thread or clock: of java.io and java.lang only what moves no byte and starts nothing. */
    @Test
    void theCoreKnowsLittle() {
        classes()
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                "io.jumpmq.ring..",
                                "java.lang",
                                "java.lang.invoke",
                                "java.util",
                                "java.util.function",
                                "java.util.stream",
                                "java.nio.charset",
                                "com.dynatrace.hash4j..",
                                "org.jspecify.annotations")
                        .or(type(ByteArrayOutputStream.class)))
                .check(CLASSES);
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.lang\\.(Thread|Process|ProcessBuilder|Runtime)|java\\.util\\.(Timer|Date|Random|Calendar)")
                .orShould()
                .callMethodWhere(
                        target(owner(type(System.class))).and(target(nameMatching("nanoTime|currentTimeMillis"))))
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

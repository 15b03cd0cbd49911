/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The walls of the house, over every module at once. */
class ArchitectureTest {
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.carrel");

    @Test
    void everyRoomUsesOnlyWhatItMay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("protocol")
                .definedBy("dev.carrel.protocol..")
                .layer("chassis")
                .definedBy("dev.carrel.chassis..")
                .layer("http")
                .definedBy("dev.carrel.http..")
                .layer("ui")
                .definedBy("dev.carrel.ui..")
                .layer("manager")
                .definedBy("dev.carrel.manager..")
                .layer("plugin host")
                .definedBy("dev.carrel.plugin.host..")
                .layer("plugin interface")
                .definedBy("dev.carrel.plugin", "dev.carrel.plugin.table")
                .layer("router")
                .definedBy("dev.carrel.router..")
                .layer("engine")
                .definedBy("dev.carrel.engine..")
                .layer("launcher")
                .definedBy("dev.carrel.launcher..")
                .whereLayer("launcher")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("engine")
                .mayOnlyBeAccessedByLayers("launcher")
                .whereLayer("router")
                .mayOnlyBeAccessedByLayers("launcher")
                .whereLayer("manager")
                .mayOnlyBeAccessedByLayers("launcher")
                .whereLayer("plugin host")
                .mayOnlyBeAccessedByLayers("engine", "launcher")
                .whereLayer("plugin interface")
                .mayOnlyBeAccessedByLayers("engine", "plugin host")
                .whereLayer("ui")
                .mayOnlyBeAccessedByLayers("engine")
                .whereLayer("http")
                .mayOnlyBeAccessedByLayers("engine", "router")
                .whereLayer("protocol")
                .mayOnlyBeAccessedByLayers("engine", "router", "manager", "launcher")
                .whereLayer("chassis")
                .mayOnlyBeAccessedByLayers("engine", "router", "manager", "launcher")
                .check(HOUSE);
    }

    @Test
    void thereIsNoCycleOfPackages() {
        slices().matching("dev.carrel.(**)").should().beFreeOfCycles().check(HOUSE);
    }

    @Test
    void whatPluginsAreWrittenAgainstNeedsNothingButTheJdk() {
        classes()
                .that()
                .resideInAnyPackage("dev.carrel.plugin", "dev.carrel.plugin.table")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.carrel.plugin", "dev.carrel.plugin.table", "java..", "org.slf4j..", "org.jspecify..")
                .check(HOUSE);
    }

    @Test
    void dockerIsSpokenToByTheManagerOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.carrel.manager..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.github.dockerjava..")
                .because("only the container-manager may open the Docker socket (docs/security.md)")
                .check(HOUSE);
    }

    @Test
    void zeroMqStaysBehindTheTransport() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.carrel.protocol.channel..", "dev.carrel.protocol.key..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.zeromq..", "zmq..")
                .because("JeroMQ's types stay behind protocol's transport")
                .check(HOUSE);
    }

    @Test
    void freemarkerStaysBehindTheRenderer() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.carrel.ui..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("freemarker..")
                .check(HOUSE);
    }

    @Test
    void nobodyWritesToStandardOutputButTheLauncher() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.carrel.launcher..", "dev.carrel.chassis.boot..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .because("everything else logs")
                .check(HOUSE);
    }

    @Test
    void everyPackageIsNullMarkedAndSaysWhatItIsFor() {
        List<String> bare = HOUSE.stream()
                .map(c -> c.getPackage())
                .distinct()
                .filter(p -> p.tryGetPackageInfo()
                        .map(i -> !i.isAnnotatedWith(NullMarked.class))
                        .orElse(true))
                .map(JavaPackage::getName)
                .toList();

        assertThat(bare).isEmpty();
    }

    @Test
    void noPackageIsADrawerForOddsAndEnds() {
        assertThat(HOUSE.stream().map(c -> c.getPackageName()).distinct())
                .noneMatch(name -> name.matches(".*\\.(util|utils|common|misc|helper|helpers|impl)(\\..*)?"));
    }

    @Test
    void noTestSleeps() throws IOException {
        Path top = Path.of("..").toAbsolutePath().normalize();
        try (Stream<Path> files = Files.walk(top)) {
            List<Path> sleeping = files.filter(f -> f.toString().matches(".*/src/test/java/.*\\.java"))
                    .filter(f -> !f.endsWith("ArchitectureTest.java"))
                    .filter(ArchitectureTest::sleeps)
                    .toList();
            assertThat(sleeping).isEmpty();
        }
    }

    private static boolean sleeps(Path file) {
        try {
            return Files.readString(file).matches("(?s).*(Thread\\.sleep|TimeUnit\\.\\w+\\.sleep)\\s*\\(.*");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

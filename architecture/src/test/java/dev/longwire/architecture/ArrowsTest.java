// SPDX-License-Identifier: Apache-2.0
package dev.longwire.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static dev.longwire.architecture.Houses.CLI;
import static dev.longwire.architecture.Houses.CLIENT;
import static dev.longwire.architecture.Houses.CLUSTER;
import static dev.longwire.architecture.Houses.CONFORMANCE;
import static dev.longwire.architecture.Houses.CORE;
import static dev.longwire.architecture.Houses.EDGE;
import static dev.longwire.architecture.Houses.PROTOCOL;
import static dev.longwire.architecture.Houses.SERVER;
import static dev.longwire.architecture.Houses.SIMULATION;
import static dev.longwire.architecture.Houses.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The arrows between modules point one way, and rooms are named after what is in them. */
final class ArrowsTest {
    private static final Set<String> NAMES_THAT_SAY_NOTHING =
            Set.of("util", "utils", "common", "helper", "helpers", "impl", "manager", "managers", "misc", "shared");

    /** Not judged: bench may know everything, and the edge home is compiled for another machine. */
    private static final Set<String> MODULES_APART = Set.of("architecture", "bench", "edge");

    @Test
    void everyModuleIsJudged() throws Exception {
        Set<String> judged =
                Houses.all().stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        List<String> missing = Repository.modules().stream()
                .filter(module -> !MODULES_APART.contains(module.split("/", 2)[0]))
                .flatMap(module -> Repository.packagesOf(module).stream())
                .filter(name -> !judged.contains(name))
                .toList();
        assertThat(missing)
                .as("packages of modules that are no dependency of architecture/pom.xml")
                .isEmpty();
    }

    @Test
    void theProtocolKnowsNobody() {
        check(classes().that().resideInAPackage(PROTOCOL).should(dependInTheHouseOnlyOn("dev.longwire.protocol")));
    }

    @Test
    void theCoreKnowsTheProtocolOnly() {
        check(classes()
                .that()
                .resideInAPackage(CORE)
                .should(dependInTheHouseOnlyOn("dev.longwire.core", "dev.longwire.protocol")));
    }

    @Test
    void theConformanceSuiteKnowsNoHome() {
        check(classes()
                .that()
                .resideInAPackage(CONFORMANCE)
                .should(dependInTheHouseOnlyOn(
                        "dev.longwire.conformance", "dev.longwire.core", "dev.longwire.protocol")));
    }

    @Test
    void theSimulationKnowsNoHome() {
        check(classes()
                .that()
                .resideInAPackage(SIMULATION)
                .should(dependInTheHouseOnlyOn(
                        "dev.longwire.simulation", "dev.longwire.core", "dev.longwire.protocol")));
    }

    @Test
    void clientsKnowTheTextOfTheProtocolOnly() {
        check(classes().that().resideInAPackage(CLIENT).should(dependInTheHouseOnlyOn("dev.longwire.client")));
    }

    @Test
    void theJavaClientStandsOnTheJdkAlone() {
        check(classes()
                .that()
                .resideInAPackage(CLIENT)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(CLIENT, "java..", "org.jspecify.."));
    }

    @Test
    void theServerKnowsNoClient() {
        check(noClasses()
                .that()
                .resideInAnyPackage(SERVER, STORE, CLUSTER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CLIENT, CLI, SIMULATION, EDGE));
    }

    @Test
    void storesKnowTheCoreButNotTheServer() {
        check(noClasses()
                .that()
                .resideInAnyPackage(STORE, CLUSTER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SERVER));
    }

    @Test
    void theCommandLineUsesFrontDoors() {
        check(noClasses()
                .that()
                .resideInAPackage(CLI)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CORE, SIMULATION, "io.netty.."));
    }

    @Test
    void roomsOfOneModuleKnowEachOtherOneWay() {
        check(SlicesRuleDefinition.slices()
                .matching("dev.longwire.core.(*)..")
                .should()
                .beFreeOfCycles());
    }

    @Test
    void packagesAreNamedAfterWhatIsInThem() {
        Set<String> nameless = new TreeSet<>();
        for (JavaPackage room : Houses.all().getDefaultPackage().getSubpackagesInTree()) {
            if (room.getName().startsWith("dev.longwire") && NAMES_THAT_SAY_NOTHING.contains(room.getRelativeName())) {
                nameless.add(room.getName());
            }
        }
        assertThat(nameless).isEmpty();
    }

    @Test
    void classesAreFinalUntilSomebodyNeedsMore() {
        check(classes()
                .that()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .and()
                .areNotAnonymousClasses()
                .and()
                .resideInAPackage("dev.longwire..")
                .should(beFinalOrMadeForMore()));
    }

    private static void check(ArchRule rule) {
        // Allowed to be empty: a rule about a module holds before the module has a class.
        rule.allowEmptyShould(true).check(Houses.all());
    }

    private static ArchCondition<JavaClass> beFinalOrMadeForMore() {
        return new ArchCondition<>("be final, abstract or sealed") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                Set<JavaModifier> modifiers = item.getModifiers();
                boolean closed = modifiers.contains(JavaModifier.FINAL)
                        || modifiers.contains(JavaModifier.ABSTRACT)
                        || modifiers.contains(JavaModifier.SYNTHETIC)
                        || item.getSimpleName().equals("package-info");
                events.add(new SimpleConditionEvent(item, closed, item.getName() + " is open to be extended"));
            }
        };
    }

    private static ArchCondition<JavaClass> dependInTheHouseOnlyOn(String... roots) {
        return new ArchCondition<>("depend, within Longwire, only on " + List.of(roots)) {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                item.getDirectDependenciesFromSelf().stream()
                        .filter(dependency ->
                                dependency.getTargetClass().getPackageName().startsWith("dev.longwire"))
                        .filter(dependency ->
                                !within(dependency.getTargetClass().getPackageName(), roots))
                        .forEach(dependency ->
                                events.add(SimpleConditionEvent.violated(item, dependency.getDescription())));
            }
        };
    }

    private static boolean within(String name, String... roots) {
        for (String root : roots) {
            if (name.equals(root) || name.startsWith(root + ".")) {
                return true;
            }
        }
        return false;
    }
}

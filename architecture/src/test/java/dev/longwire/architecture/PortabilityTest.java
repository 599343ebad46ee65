// SPDX-License-Identifier: Apache-2.0
package dev.longwire.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static dev.longwire.architecture.Houses.CONFORMANCE;
import static dev.longwire.architecture.Houses.CORE;
import static dev.longwire.architecture.Houses.PROTOCOL;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The portable part uses an allow-list of the JDK: what runs on a JVM and, compiled to JavaScript, in a Worker alike,
 * and what is the same on every run.
 */
final class PortabilityTest {
    private static final Set<String> PORTABLE_PACKAGES = Set.of(
            "java.lang",
            "java.lang.annotation",
            // Behind records, switches over patterns and string concatenation.
            "java.lang.invoke",
            "java.lang.runtime",
            "java.nio.charset",
            "java.util",
            "java.util.function",
            "org.jspecify.annotations");

    private static final Set<String> CODEC_PACKAGES =
            union(PORTABLE_PACKAGES, Set.of("java.io", "java.math", "com.fasterxml.jackson.core"));

    /** In an allowed package, but threads, clocks, chance, or the machine outside. */
    private static final Set<String> NOT_PORTABLE = Set.of(
            "java.io.Console",
            "java.io.File",
            "java.io.FileDescriptor",
            "java.io.FileInputStream",
            "java.io.FileOutputStream",
            "java.io.FileReader",
            "java.io.FileWriter",
            "java.io.ObjectInputStream",
            "java.io.ObjectOutputStream",
            "java.io.RandomAccessFile",
            "java.lang.ClassLoader",
            "java.lang.InheritableThreadLocal",
            "java.lang.Module",
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.ProcessHandle",
            "java.lang.Runtime",
            "java.lang.StackWalker",
            "java.lang.Thread",
            "java.lang.ThreadGroup",
            "java.lang.ThreadLocal",
            "java.util.Date",
            "java.util.Calendar",
            "java.util.HexFormat",
            "java.util.Random",
            "java.util.Scanner",
            "java.util.ServiceLoader",
            "java.util.SplittableRandom",
            "java.util.Timer",
            "java.util.TimerTask",
            "java.util.TimeZone",
            "java.util.UUID");

    @Test
    void theCoreUsesThePortableJdkOnly() {
        classes()
                .that()
                .resideInAPackage(CORE)
                .should()
                .onlyDependOnClassesThat(portable(PORTABLE_PACKAGES))
                .check(Houses.all());
    }

    @Test
    void theProtocolAddsStreamsAndTheStreamingParser() {
        classes()
                .that()
                .resideInAnyPackage(PROTOCOL, CONFORMANCE)
                .should()
                .onlyDependOnClassesThat(portable(CODEC_PACKAGES))
                .check(Houses.all());
    }

    @Test
    void thePortablePartHasNoClockNoChanceAndNoConsole() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE, PROTOCOL, CONFORMANCE)
                .should()
                .accessTargetWhere(clockChanceOrMonitor())
                .check(Houses.all());
    }

    @Test
    void thePortablePartHasNoLocks() {
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(CORE, PROTOCOL, CONFORMANCE)
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .check(Houses.all());
    }

    private static DescribedPredicate<JavaAccess<?>> clockChanceOrMonitor() {
        return new DescribedPredicate<>("the target is System (but arraycopy), chance, or a monitor") {
            @Override
            public boolean test(JavaAccess<?> access) {
                String name = access.getTarget().getName();
                return switch (access.getTargetOwner().getName()) {
                    case "java.lang.System" -> !name.equals("arraycopy");
                    case "java.lang.Object" ->
                        Set.of("wait", "notify", "notifyAll").contains(name);
                    case "java.lang.Math", "java.lang.StrictMath" -> name.equals("random");
                    case "java.util.Collections" -> name.equals("shuffle");
                    default -> false;
                };
            }
        };
    }

    private static DescribedPredicate<JavaClass> portable(Set<String> packages) {
        return new DescribedPredicate<>("are portable (" + new TreeSet<>(packages) + ")") {
            @Override
            public boolean test(JavaClass type) {
                JavaClass plain = type.getBaseComponentType();
                String room = plain.getPackageName();
                if (plain.isPrimitive() || room.startsWith("dev.longwire.")) {
                    return true; // which room of ours, is ArrowsTest's question
                }
                boolean jackson = packages.contains("com.fasterxml.jackson.core")
                        && (room.startsWith("com.fasterxml.jackson.core.")
                                || room.startsWith("com.fasterxml.jackson.dataformat.cbor"));
                return (jackson || packages.contains(room)) && !NOT_PORTABLE.contains(outermost(plain));
            }
        };
    }

    private static String outermost(JavaClass type) {
        int inner = type.getName().indexOf('$');
        return inner < 0 ? type.getName() : type.getName().substring(0, inner);
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(others);
        return Set.copyOf(all);
    }
}

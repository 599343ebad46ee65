// SPDX-License-Identifier: Apache-2.0
package dev.longwire.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The compiled classes of every module, read once. */
final class Houses {
    static final String PROTOCOL = "dev.longwire.protocol..";
    static final String CORE = "dev.longwire.core..";
    static final String CONFORMANCE = "dev.longwire.conformance..";
    static final String SIMULATION = "dev.longwire.simulation..";
    static final String SERVER = "dev.longwire.server..";
    static final String STORE = "dev.longwire.store..";
    static final String CLUSTER = "dev.longwire.cluster..";
    static final String EDGE = "dev.longwire.edge..";
    static final String CLIENT = "dev.longwire.client..";
    static final String CLI = "dev.longwire.cli..";

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.longwire");

    private Houses() {}

    static JavaClasses all() {
        return ALL;
    }
}

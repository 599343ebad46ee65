// SPDX-License-Identifier: Apache-2.0
package dev.longwire.example;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A Spring Boot application with a Longwire server in it. */
@SpringBootApplication(proxyBeanMethods = false)
public final class Application {

    public static void main(String[] args) {
        SpringApplication.run(Application.class, args);
    }
}

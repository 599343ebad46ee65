// SPDX-License-Identifier: Apache-2.0
// What clients/java/README.md tells a stranger to do, done: with a local repository of its own for what is installed, so that nothing of
// this house's builds is found by accident.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
// Beside the house's own Maven repository, so that files of it can be shared and need no copy.
mkdirSync(join(homedir(), ".m2"), { recursive: true });
const folder = mkdtempSync(join(homedir(), ".m2/longwire-stranger-"));
const repository = join(folder, "repository");
const project = join(folder, "project");
const mine = join(homedir(), ".m2/repository");

const oldHome = ["/usr/lib/jvm/java-17-openjdk-amd64", "/usr/lib/jvm/temurin-17-jdk-amd64"].find((home) => existsSync(`${home}/bin/javac`));

const run = (command, args, options = {}) => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", ...options });
  assert.equal(status, 0, `${command} ${args.join(" ")}: ${error ?? ""}${stdout}${stderr}`);
};

const maven = (cwd, home, ...args) =>
  run("mvn", ["-B", "-q", `-Dmaven.repo.local=${repository}`, ...args], { cwd, env: { ...process.env, ...(home && { JAVA_HOME: home }) } });

const readme = readFileSync(join(root, "clients/java/README.md"), "utf8");
const block = (language) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)[1];

/** A plugin as this house has it, so that nothing has to be fetched for this. */
const version = (name) => new RegExp(`maven-${name}-plugin</artifactId>\\s*<version>([^<]+)`).exec(readFileSync(join(root, "pom.xml"), "utf8"))[1];

const pom = (dependency) => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>stranger</groupId>
  <artifactId>hello</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
${dependency}
  </dependencies>
  <build>
    <plugins>
${["resources", "compiler"].map((name) => `      <plugin><artifactId>maven-${name}-plugin</artifactId><version>${version(name)}</version></plugin>`).join("\n")}
    </plugins>
  </build>
</project>
`;

let server;
let hello;
let failed = 0;
try {
  // What others have published is taken along from where it is, where it is; of this house nothing.
  if (existsSync(mine)) run("cp", ["-al", mine, repository]);
  else mkdirSync(repository);
  rmSync(join(repository, "dev/longwire"), { recursive: true, force: true });
  // As the README says: this puts the client, and the parent that it names, into the repository.
  maven(root, process.env.JAVA_HOME, "install", "-pl", "clients/java", "-am", "-DskipTests", "-Dfast");
  mkdirSync(join(project, "src/main/java"), { recursive: true });
  const code = block("java");
  const lines = code.split("\n").filter((line) => /^ {8}\S/.test(line));
  assert.ok(lines.length <= 10, `the quick start has ${lines.length} lines`);

  server = spawn(`${root}longwire`, ["serve", "--port", "0"], { stdio: ["ignore", "pipe", "ignore"] });
  let url;
  for await (const line of createInterface({ input: server.stdout })) {
    url = /is ready: (http:\S+?)\/?$/.exec(line)?.[1] ?? /is ready: (http:\/\/[^/\s]+)/.exec(line)?.[1];
    if (url) break;
  }
  assert.ok(url, "the server did not start");

  assert.ok(code.includes('"http://127.0.0.1:8000"'));
  // The address is the only thing that is not as it stands there: this server listens elsewhere.
  writeFileSync(join(project, "src/main/java/Hello.java"), code.replace("http://127.0.0.1:8000", url));
  writeFileSync(join(project, "pom.xml"), pom(block("xml")));
  maven(project, oldHome, "compile");
  const jar = join(repository, "dev/longwire/longwire-client/0.1.0-SNAPSHOT/longwire-client-0.1.0-SNAPSHOT.jar");
  assert.ok(existsSync(jar), "the client was installed into the repository of its own");

  const java = join(oldHome ?? process.env.JAVA_HOME ?? "", oldHome || process.env.JAVA_HOME ? "bin/java" : "java");
  hello = spawn(java, ["-cp", `${join(project, "target/classes")}:${jar}`, "Hello"], { stdio: ["pipe", "pipe", "inherit"] });
  const gone = new Promise((resolve) => hello.on("exit", resolve));
  const late = setTimeout(() => hello.kill("SIGKILL"), 60_000);
  let message = "";
  for await (const line of createInterface({ input: hello.stdout })) {
    message = line;
    break;
  }
  assert.match(message, /^\S+:1 \{"text":"hello"\}$/);
  hello.stdin.end("\n");
  assert.equal(await gone, 0);
  clearTimeout(late);
} catch (fault) {
  failed = 1;
  console.log(fault.stack);
} finally {
  hello?.kill("SIGKILL");
  server?.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
}
console.log(`SUITE stranger with Maven: ${1 - failed} passed, ${failed} failed`);
process.exit(failed);

package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script, with programs in the place of Java and Maven that say what they were told. */
@Timeout(60)
class ScriptTest {
  private static final String JAVA =
      """
      #!/usr/bin/env bash
      if [[ $* == *ArchiveClassesAtExit* ]]; then
        [[ ! -e $INSTALLATION/warm-up ]] || exit 1
        mkdir "$INSTALLATION/warm-up"
        for argument; do
          [[ $argument != -XX:ArchiveClassesAtExit=* ]] || touch "${argument#*=}"
        done
        [[ $* != *dolly.archives.make=true* ]] || touch "$INSTALLATION/jobs.jsa.new"
        exit "$WARM_UP"
      fi
      echo "$LC_ALL $MALLOC_MMAP_THRESHOLD_ $MALLOC_TRIM_THRESHOLD_ $*"
      """;

  private static final String MAVEN =
      """
      #!/usr/bin/env bash
      echo "Apache Maven 3.9.9"
      mkdir -p "$INSTALLATION/lib"
      touch "$INSTALLATION/class.path"
      """;

  @TempDir private Path home;

  private Path installation;

  @BeforeEach
  void copy() throws IOException {
    installation = home.resolve("docker/local/target/installation");
    for (String module : new String[] {"schemas", "ingest", "inference-stream", "docker"}) {
      Files.createDirectories(home.resolve(module));
    }
    Files.createFile(home.resolve("pom.xml"));
    program("dolly", Files.readString(Home.system().folder().resolve("dolly")));
    program("jdk/bin/java", JAVA);
    program("jdk/bin/javac", "");
    program("maven/mvn", MAVEN);
    Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"17.0.1\"\n");
  }

  @Test
  void javaGetsUtf8AndAHeapThatKeepsItsPages() throws Exception {
    Run run = run(Map.of("LC_ALL", "C", "MALLOC_TRIM_THRESHOLD_", "5"), "ask", "hello");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .startsWith("C.UTF-8 1073741824 5 ")
        .contains("-XX:SharedArchiveFile=", "-Ddolly.archives=")
        .contains("-Ddolly.terminal=false")
        .endsWith("dev.dolly.cli.Dolly ask hello\n");
  }

  @Test
  void anotherLocaleOfUtf8Stays() throws Exception {
    assertThat(run(Map.of("LC_ALL", "C.utf8"), "up").out()).startsWith("C.utf8 ");
  }

  @Test
  void ctrlCEndsItWhileItWarmsUp() throws Exception {
    Run run = run(Map.of("WARM_UP", "130"), "up");
    assertThat(run.code()).isEqualTo(130);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("warming up");
    assertThat(installation.resolve("built")).doesNotExist();
    assertThat(installation.resolve("command.jsa")).doesNotExist();
    assertThat(installation.resolve("warm-up")).doesNotExist();

    assertThat(run(Map.of(), "up").code()).isZero();
    assertThat(installation.resolve("built")).exists();
    assertThat(installation.resolve("command.jsa")).exists();
    assertThat(installation.resolve("jobs.jsa")).exists();
  }

  @Test
  void whatAKilledWarmUpLeftIsNoObstacle() throws Exception {
    Files.createDirectories(installation.resolve("warm-up"));
    assertThat(run(Map.of(), "up").code()).isZero();
    assertThat(installation.resolve("command.jsa")).exists();
  }

  private record Run(int code, String out, String err) {}

  private Run run(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(home.resolve("dolly").toString()));
    command.addAll(List.of(arguments));
    Path out = home.resolve("out");
    Path err = home.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    Map<String, String> given = builder.environment();
    given.keySet().removeIf(name -> name.startsWith("MALLOC_") || name.startsWith("LC_"));
    given.put("PATH", home.resolve("maven") + ":" + System.getenv("PATH"));
    given.put("JAVA_HOME", home.resolve("jdk").toString());
    given.put("INSTALLATION", installation.toString());
    given.put("WARM_UP", "0");
    given.putAll(environment);
    int code = builder.start().waitFor();
    return new Run(code, Files.readString(out), Files.readString(err));
  }

  private void program(String name, String text) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text, StandardCharsets.UTF_8);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}

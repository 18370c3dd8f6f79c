package dev.dolly.eval.gate;

import dev.dolly.engine.FreeMemory;
import dev.dolly.eval.EvaluationException;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaNotRegisteredException;
import dev.dolly.schemas.registry.SchemaRegistries;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides on each candidate of a model, once: results, decision and the group's offset are one
 * transaction, so a gate that is killed at any moment goes on where it was.
 *
 * <p>Broker and registry may go and come back; what was not committed is done again.
 */
public final class Gate {
  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final GateSettings settings;
  private final GateRules rules;
  private final List<Suite> suites;
  private final GateListener listener;

  /** Process ids are used again, and two gates may share one, or a name on two machines. */
  private final String process = ProcessHandle.current().pid() + "-" + System.nanoTime();

  /**
   * @param suites those that the rules name
   * @param listener hears of everything, on the thread that runs
   */
  public Gate(GateSettings settings, GateRules rules, List<Suite> suites, GateListener listener) {
    this.settings = settings;
    this.rules = rules;
    this.suites = List.copyOf(suites);
    this.listener = listener;
  }

  /**
   * Decides on candidates until the thread is interrupted.
   *
   * @throws EvaluationException when it cannot go on: another gate took over, topics, schemas or a
   *     suite's data are missing
   */
  public void run() throws InterruptedException {
    try (SchemaRegistryClient client = SchemaRegistries.connect(settings.registryUrl())) {
      PatientRegistry registry = new PatientRegistry(client);
      while (true) {
        session(registry);
        TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
      }
    } catch (InterruptException e) {
      Thread.interrupted(); // Kafka sets it again, and it has been heard
      throw (InterruptedException) new InterruptedException("the gate was stopped").initCause(e);
    } catch (IOException e) {
      throw new UncheckedIOException("the registry's client can't be closed", e);
    }
  }

  /** Returns when it takes new clients to go on. */
  private void session(PatientRegistry registry) throws InterruptedException {
    try (GateClients clients = new GateClients(settings, registry, process)) {
      Evaluator evaluator =
          new Evaluator(
              new LocalCheckpoints(settings.checkpointPrefixes(), FreeMemory.ofSystem()),
              suites,
              rules.budget(),
              System::nanoTime);
      new GateSession(rules, evaluator, listener, Clock.systemUTC(), clients).run();
    } catch (InterruptException | SchemaNotRegisteredException e) {
      throw e;
    } catch (ProducerFencedException | InvalidProducerEpochException e) {
      throw new EvaluationException(
          "another gate of model %s has taken over: one at a time writes as %s"
              .formatted(settings.model(), settings.group()),
          e);
    } catch (KafkaException e) {
      LOG.warn("The gate begins anew", e);
      listener.waiting(e.getMessage());
    }
  }
}

package dev.dolly.local;

import dev.dolly.eval.EvaluationException;
import dev.dolly.eval.gate.Gate;
import dev.dolly.eval.gate.GateListener;
import dev.dolly.eval.gate.GateRules;
import dev.dolly.eval.gate.GateSettings;
import dev.dolly.eval.gate.Suites;
import dev.dolly.local.child.ParentLink;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.checkpoint.CheckpointPrefixes;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The main class of the promotion gate's process, which computes only where nobody else does. */
public final class GateChild {
  private static final Logger LOG = LoggerFactory.getLogger(GateChild.class);
  private static final String BOOTSTRAP = "bootstrap";
  private static final String REGISTRY = "registry";
  private static final String MODEL = "model";
  private static final String PREFIXES = "checkpoint-prefixes";
  private static final String RULES = "rules";

  private GateChild() {}

  /**
   * What it reads from its parent.
   *
   * @param model its name
   * @param prefixes of checkpoints, with commas between them
   * @param rules the rules file
   */
  static Map<String, String> settings(
      StackAddress stack, String model, String prefixes, Path rules) {
    return Map.of(
        BOOTSTRAP,
        stack.bootstrap(),
        REGISTRY,
        stack.registry(),
        MODEL,
        model,
        PREFIXES,
        prefixes,
        RULES,
        rules.toAbsolutePath().toString());
  }

  public static void main(String[] arguments) {
    Thread worker = Thread.currentThread();
    worker.setPriority(Thread.MIN_PRIORITY); // all threads that it starts have its priority
    ParentLink parent = ParentLink.open(worker::interrupt);
    int code = 1;
    try {
      Gate gate = gate(parent.settings());
      parent.progress("gate by " + parent.settings().get(RULES));
      parent.ready();
      gate.run();
    } catch (InterruptedException e) {
      code = 0; // told to stop; what is not decided is decided by the next
    } catch (EvaluationException | IllegalArgumentException e) {
      LOG.error("The gate cannot go on", e);
      parent.failed(e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("The gate has failed", e);
      parent.failed(e.toString());
    }
    System.exit(code);
  }

  private static Gate gate(Map<String, String> settings) {
    Path file = Path.of(settings.get(RULES));
    GateRules rules = GateRules.read(file);
    GateSettings gate =
        new GateSettings(
            settings.get(BOOTSTRAP),
            settings.get(REGISTRY),
            settings.get(MODEL),
            CheckpointPrefixes.parse(settings.get(PREFIXES)));
    return new Gate(gate, rules, Suites.of(rules, file.getParent(), gate), new Logged());
  }

  /** All into the log: what was decided is on the topic. */
  private static final class Logged implements GateListener {
    @Override
    public void evaluating(CheckpointEvent event) {
      LOG.info("evaluating {}", event.getVersion());
    }

    @Override
    public void decided(CheckpointEvent decision) {
      LOG.info("{} is {}: {}", decision.getVersion(), decision.getStatus(), decision.getReason());
    }

    @Override
    public void passedOver(CheckpointEvent candidate, String why) {
      LOG.info("{} is passed over: {}", candidate.getVersion(), why);
    }
  }
}

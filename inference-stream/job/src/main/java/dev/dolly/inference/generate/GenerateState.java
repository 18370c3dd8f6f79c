package dev.dolly.inference.generate;

import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.commit.Promise;
import dev.dolly.inference.commit.PromiseSerializer;
import dev.dolly.inference.model.ModelState;
import dev.dolly.inference.model.ModelStateSerializer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.operators.util.SimpleVersionedListState;

/**
 * The operator's state: lists that Flink splits among the subtasks when their number changes, and
 * the model's state, which each subtask writes for itself and gets back, or another's where it had
 * none.
 *
 * <p>A prompt that is read again may come to any subtask, which then needs an attempt above those
 * of all subtasks there were. A split list would tell it those of some, and a union list, which
 * goes to all, does not allow checkpoints once some subtasks have finished. So each subtask writes
 * its attempt under a name of its own, as often as there can ever be subtasks: split in whatever
 * number, each list gives everybody at least one.
 */
final class GenerateState {
  private static final String REQUESTS = "in-flight";
  private static final String PROMISES = "promises";
  private static final String ATTEMPT = "attempt-";
  private static final String MODEL = "model";

  private static final ModelStateSerializer MODEL_STATES = new ModelStateSerializer();

  private final ListState<InFlightRequest> requests;
  private final ListState<Promise> promises;
  private final ListState<Long> attempt;
  private final BroadcastState<String, byte[]> model;
  private final List<Long> attempts = new ArrayList<>();

  /**
   * @param subtask this one's number
   */
  GenerateState(OperatorStateStore store, int subtask) throws Exception {
    requests = versioned(store, REQUESTS, new InFlightRequestSerializer());
    promises = versioned(store, PROMISES, new PromiseSerializer());
    for (String name : List.copyOf(store.getRegisteredStateNames())) {
      if (name.startsWith(ATTEMPT)) {
        ListState<Long> restored = longs(store, name);
        restored.get().forEach(attempts::add);
        restored.clear(); // from here on its owner tells, or there is none
      }
    }
    attempt = longs(store, ATTEMPT + subtask);
    model =
        store.getBroadcastState(
            new MapStateDescriptor<>(
                MODEL, StringSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE));
  }

  private static <T> ListState<T> versioned(
      OperatorStateStore store, String name, SimpleVersionedSerializer<T> serializer)
      throws Exception {
    return new SimpleVersionedListState<>(
        store.getListState(new ListStateDescriptor<>(name, BytePrimitiveArraySerializer.INSTANCE)),
        serializer);
  }

  private static ListState<Long> longs(OperatorStateStore store, String name) throws Exception {
    return store.getListState(new ListStateDescriptor<>(name, LongSerializer.INSTANCE));
  }

  List<InFlightRequest> requests() throws Exception {
    return copy(requests);
  }

  List<Promise> promises() throws Exception {
    return copy(promises);
  }

  private static <T> List<T> copy(ListState<T> state) throws Exception {
    List<T> all = new ArrayList<>();
    state.get().forEach(all::add);
    return all;
  }

  /**
   * Of all subtasks that the restored checkpoint had; this one's own if their number is the same.
   */
  List<Long> attempts() {
    return attempts;
  }

  /**
   * How far this subtask, or where their number was less the one whose state it got, had followed
   * the checkpoint topic; empty without a state.
   */
  Optional<ModelState> model() throws Exception {
    byte[] bytes = model.get(MODEL);
    return bytes == null
        ? Optional.empty()
        : Optional.of(SimpleVersionedSerialization.readVersionAndDeSerialize(MODEL_STATES, bytes));
  }

  void update(
      List<InFlightRequest> requests, List<Promise> promises, long attempt, ModelState model)
      throws Exception {
    this.requests.update(requests);
    this.promises.update(promises);
    this.attempt.update(Collections.nCopies(InferenceSettings.MAX_PARALLELISM, attempt));
    this.model.put(
        MODEL, SimpleVersionedSerialization.writeVersionAndSerialize(MODEL_STATES, model));
  }
}

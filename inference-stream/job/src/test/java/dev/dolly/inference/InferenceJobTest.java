package dev.dolly.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

class InferenceJobTest {
  @Test
  void isOneChain() {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    InferenceJob.build(env, settings(Map.of("inference.parallelism", "3")));

    JobGraph graph = env.getStreamGraph().getJobGraph();

    assertThat(graph.getVerticesAsArray()).hasSize(1);
    JobVertex vertex = graph.getVerticesAsArray()[0];
    assertThat(vertex.getName())
        .contains("Source: prompts", "generate", "responses: Writer", "responses: Committer")
        .contains("chunks: Writer");
    assertThat(vertex.getParallelism()).isEqualTo(3);
    assertThat(vertex.getMaxParallelism()).isEqualTo(128);
  }

  @Test
  void namesItsStateForGood() {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    InferenceJob.build(env, settings(Map.of()));
    StreamGraph graph = env.getStreamGraph(false);
    assertThat(graph.getStreamNodes())
        .extracting(StreamNode::getTransformationUID)
        .contains("prompts", "generate")
        .doesNotContainNull();
  }

  @Test
  void commitsAnswersAtItsOwnIntervalUnlessTheClusterHasOne() {
    StreamExecutionEnvironment own =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    InferenceJob.build(own, settings(Map.of("inference.checkpoint-interval", "300 ms")));
    assertThat(own.getCheckpointConfig().getCheckpointInterval()).isEqualTo(300);

    Configuration cluster = new Configuration();
    cluster.setString(CheckpointingOptions.CHECKPOINTING_INTERVAL.key(), "7 s");
    StreamExecutionEnvironment given = StreamExecutionEnvironment.getExecutionEnvironment(cluster);
    InferenceJob.build(given, settings(Map.of()));
    assertThat(given.getCheckpointConfig().getCheckpointInterval()).isEqualTo(7_000);
  }

  @Test
  void needsNoGenericSerialisation() {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    InferenceJob.build(env, settings(Map.of("inference.bounded", "true")));
    assertThat(env.getConfig().getSerializerConfig().hasGenericTypesDisabled()).isTrue();
    assertThat(env.getStreamGraph().getJobGraph().getVerticesAsArray()).hasSize(1);
  }

  private static InferenceSettings settings(Map<String, String> more) {
    Map<String, String> values = new HashMap<>(more);
    values.put("inference.bootstrap-servers", "127.0.0.1:1");
    values.put("inference.schema-registry", "http://127.0.0.1:1");
    values.put("inference.model-directory", "/models/dolly");
    return InferenceSettings.of(values);
  }
}

package dev.dolly.inference.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.mocks.MockSplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // the context's close() throws Exception
class EndingKafkaSourceTest {
  private static final KafkaPartitionSplit SPLIT =
      new KafkaPartitionSplit(new TopicPartition("prompts", 0), 5, 9);

  @Test
  void aRestoredBoundedReadTellsItsReadersThatNothingMoreComes() throws Exception {
    assertThat(readerIsToldTheEnd(true, true)).isTrue();
  }

  @Test
  void aReadThatHasNotFoundItsPartitionsYetIsLeftAlone() throws Exception {
    assertThat(readerIsToldTheEnd(true, false)).isFalse();
  }

  @Test
  void anUnboundedReadNeverEnds() throws Exception {
    assertThat(readerIsToldTheEnd(false, true)).isFalse();
  }

  private static boolean readerIsToldTheEnd(boolean bounded, boolean discovered) throws Exception {
    KafkaSourceBuilder<PromptRecord> kafka =
        KafkaSource.<PromptRecord>builder()
            .setBootstrapServers("127.0.0.1:1")
            .setTopics("prompts")
            .setDeserializer(new PromptRecordSchema());
    if (bounded) {
      kafka.setBounded(OffsetsInitializer.latest());
    }
    EndingKafkaSource<PromptRecord> source = new EndingKafkaSource<>(kafka.build());
    try (MockSplitEnumeratorContext<KafkaPartitionSplit> context =
            new MockSplitEnumeratorContext<>(1);
        SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator =
            source.restoreEnumerator(
                context, new KafkaSourceEnumState(Set.of(SPLIT), Set.of(), discovered))) {
      context.registerReader(new ReaderInfo(0, "here"));
      enumerator.addReader(0);
      assertThat(context.getSplitsAssignmentSequence()).isEqualTo(List.of());
      return context.hasNoMoreSplits(0);
    }
  }
}

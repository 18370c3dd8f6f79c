package dev.dolly.inference;

import dev.dolly.inference.sink.OutboundRecord;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * What the generate operator puts out.
 *
 * @param outcomes a response or a dead letter for each prompt
 * @param chunks pieces of answers under way
 */
public record Answers(DataStream<OutboundRecord> outcomes, DataStream<OutboundRecord> chunks) {}

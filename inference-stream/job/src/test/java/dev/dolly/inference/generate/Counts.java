package dev.dolly.inference.generate;

import dev.dolly.inference.metrics.Tally;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Response;
import java.util.ArrayList;
import java.util.List;

/** What was told to the tally. */
final class Counts implements Tally {
  final List<ErrorCode> errors = new ArrayList<>();
  final List<Long> firstTokens = new ArrayList<>();
  int newTokens;
  int resumedTokens;

  @Override
  public void firstToken(long millis) {
    firstTokens.add(millis);
  }

  @Override
  public void answered(Response response) {
    newTokens += response.getGeneratedTokens() - response.getResumedTokens();
  }

  @Override
  public void gaveUp(ErrorCode code) {
    errors.add(code);
  }

  @Override
  public void resumed(int tokens) {
    resumedTokens += tokens;
  }
}

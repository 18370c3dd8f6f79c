package dev.dolly.training.recipe.task;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The categories of databricks-dolly-15k. */
public enum Category {
  OPEN_QA,
  CLOSED_QA,
  INFORMATION_EXTRACTION,
  CLASSIFICATION,
  SUMMARIZATION,
  BRAINSTORMING,
  CREATIVE_WRITING,
  GENERAL_QA;

  /** As the dataset writes it. */
  @JsonValue
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package dev.dolly.training.recipe.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CheckTest {
  @Test
  void anExactAnswerMayDifferInCaseAndSpacesOnly() {
    Check check = new Check.Equal("The capital of France is Paris.");

    assertThat(check.holds(" the capital of  France is Paris.\n")).isTrue();
    assertThat(check.holds("The capital of France is Rome.")).isFalse();
    assertThat(check.holds("The capital of France is Paris. It is big.")).isFalse();
  }

  @Test
  void linesOfAListStayLines() {
    assertThat(new Check.Equal("Year: 1921\nTown: Oakdale").holds("Year: 1921 Town: Oakdale"))
        .isFalse();
  }

  @Test
  void ideasAreAsManyAsAskedForNumberedAndDistinct() {
    Check check = new Check.NumberedIdeas(2, Set.of("A cat.", "A dog.", "A fish."));

    assertThat(check.holds("1. A dog.\n2. A cat.")).isTrue();
    assertThat(check.holds("1. A dog.")).isFalse();
    assertThat(check.holds("1. A dog.\n2. A dog.")).isFalse();
    assertThat(check.holds("1. A dog.\n3. A cat.")).isFalse();
    assertThat(check.holds("1. A dog.\n2. A cow.")).isFalse();
    assertThat(check.holds("1. A dog.\n2. A cat.\n3. A fish.")).isFalse();
  }

  @Test
  void elementsMustAllBeNamedAsWholeWords() {
    Check check = Check.Elements.like("Ann paid $6.50. She left.", List.of("Ann", "$6.50"), 0);

    assertThat(check.holds("For $6.50 she got it. It was Ann.")).isTrue();
    assertThat(check.holds("Anna paid $6.50. She left.")).isFalse();
    assertThat(check.holds("Ann paid $6. She left.")).isFalse();
    assertThat(check.holds("Ann paid $6.50.")).isFalse();
    assertThat(check.holds("Ann paid $6.50.\nShe left.")).isFalse();
  }
}

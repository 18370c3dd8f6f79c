package dev.dolly.training.recipe.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TemplateTest {
  @Test
  void slotsTakeFormsFromLeftToRight() {
    Template template = new Template("{n|first} sold {x|a}. {x|a|cap}! ({q|low|bare})");

    assertThat(template.with(Map.of("n", "Ida Berg", "x", "umbrella", "q", "What is it?")))
        .isEqualTo("Ida sold an umbrella. An umbrella! (what is it)");
    assertThat(template.slots()).containsExactly("n", "q", "x");
  }

  @Test
  void whatIsNotWellFormedIsRefusedAtOnce() {
    assertThatThrownBy(() -> new Template("{x|upper}"))
        .hasMessageContaining("no form \"upper\"")
        .hasMessageContaining("[a, bare, cap, first, low]");
    assertThatThrownBy(() -> new Template("a {x")).hasMessageContaining("not well formed");
    assertThatThrownBy(() -> new Template("{x}").with(Map.of()))
        .hasMessage("nothing is known for {x} in \"{x}\"");
  }
}

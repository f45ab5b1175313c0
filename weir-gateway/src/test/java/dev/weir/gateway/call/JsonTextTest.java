package dev.weir.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonTextTest {
  @Test
  void elementsAreTheTextsTheyWere() {
    assertThat(
            JsonText.elements(
                "[ {\"a\" : 1.00, \"é\":\"\\u00e9\"} , [1,2] ,\"x\\ny\", 1e400,null]"))
        .containsExactly(
            "{\"a\" : 1.00, \"é\":\"\\u00e9\"}", "[1,2]", "\"x\\ny\"", "1e400", "null");
  }

  @Test
  void oneStringChangesAndNothingElse() {
    String tool =
        "{ \"title\":\"name\", \"name\" : \"a\\u0041\" ,\"inputSchema\":{\"name\":\"x\"}}";
    assertThat(JsonText.replaceString(tool, "name", name -> "up__" + name))
        .isEqualTo(
            "{ \"title\":\"name\", \"name\" : \"up__aA\" ,\"inputSchema\":{\"name\":\"x\"}}");
  }

  @Test
  void aMemberOfAnInnerObjectIsNotTakenForOneOfTheOuter() {
    assertThat(JsonText.member("{\"a\":{\"b\":1}}", "b")).isNull();
    assertThat(JsonText.member("{\"a\":{\"b\":1},\"b\":[ 2 ]}", "b")).isEqualTo("[ 2 ]");
    assertThat(JsonText.string("{\"b\":2}", "b")).isNull();
  }
}

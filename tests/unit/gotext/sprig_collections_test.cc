#include "sprig_test.h"

namespace logsvc::tmpl {

TEST_SUITE("gotext") {
  TEST_CASE("sprig: lists") {
    check_calls({
        {"list 1 2 3 4 5 6 7 | chunk 3", "[[1 2 3] [4 5 6] [7]]"},
        {"list 1 2 | mustChunk 3", "[[1 2]]"},
        {"list | chunk 3 | len", "0"},
        {"chunk 2 `a`", "error calling chunk: Cannot chunk type string"},
        {"without (list 1 2 3 4) 1", "[2 3 4]"},
        {"without (list 1 1 `1` 2) 1", "[1 2]"},
        {"without (list (list 1) 2) (list 1)", "[2]"},
        {"mustWithout (list 1 2 3)", "[1 2 3]"},
        {"without `a` 1", "error calling without: Cannot find without on type string"},
        {"mustPush (list 1) 2", "[1 2]"},
        {"list 1 nil 2 | toStrings", "[1 2]"},
        {"list `1` nil 2 | join `-`", "1-2"},
        {"list 2 1 4 3 | sortAlpha | join ``", "1234"},
        {"sortAlpha `b`", "[b]"},
        {"list 1 1 2 `1` | uniq", "[1 2 1]"},
        {"list 1 2 3 | has 4", "false"},
    });
  }

  TEST_CASE("sprig: maps") {
    const std::string two = "dict `one` 1 `two` 222";
    check_calls({
        {"pluck `two` (" + two + ") (dict `one` 1) (dict `two` 3)", "[222 3]"},
        {"pick (" + two + ") `two` `three`", "map[two:222]"},
        {"omit (" + two + ") `two`", "map[one:1]"},
        {"dig `a` `b` `c` `` (dict `a` (dict `b` (dict `c` 1)))", "1"},
        {"dig `a` `b` `z` `2` (dict `a` (dict `b` (dict `c` 1)))", "2"},
        {"dict `a` 1 | dig `z` `2`", "2"},
        {"dig `a` 1", "error calling dig: dig needs at least three arguments"},
        {"dig `a` `b` `` (dict `a` 1)",
         "error calling dig: interface conversion: interface {} is int, not map[string]interface "
         "{}"},
        {"deepCopy (dict `foo` (dict `bar` `baz`) `qux` true)", "map[foo:map[bar:baz] qux:true]"},
        {"mustDeepCopy (list 1 (list 2))", "[1 [2]]"},
        {"values (dict `a` 1 `b` 2)", "[1 2]"},
        {"keys (dict `b` 1) (dict `a` 2)", "[b a]"},
        {"get (dict `a` 1) `b`", ""},
        {"hasKey (dict `a` 1) `a`", "true"},
    });
  }

  TEST_CASE("sprig: set and unset change the map itself") {
    CHECK(sprig("{{ $d := dict `a` 1 }}{{ $_ := set $d `b` 2 }}{{ $d }}") == "map[a:1 b:2]");
    CHECK(sprig("{{ $d := dict `a` 1 `b` 2 }}{{ $_ := unset $d `a` }}{{ $d }}") == "map[b:2]");
    CHECK(sprig("{{ $_ := set . `b` `B` }}{{ .b }}") == "B");
    CHECK(sprig("{{ $d := fromJson `{\"x\": {\"y\": 1}}` }}{{ $_ := set $d.x `y` 2 }}{{ $d }}") ==
          "map[x:map[y:2]]");
    CHECK(sprig("{{ $d := dict `a` 1 }}{{ $e := deepCopy $d }}{{ $_ := set $d `a` 2 }}{{ $e }}") ==
          "map[a:1]");
    CHECK(sprig("{{ $d := dict `a` 1 `b` 2 }}{{ range $k, $v := $d }}{{ $_ := unset $d `a` }}"
                "{{ $_ := unset $d `b` }}{{ $k }}{{ $v }}{{ end }}{{ len $d }}") == "a1b20");
  }

  TEST_CASE("sprig: merge keeps what is there, mergeOverwrite does not") {
    const std::string maps =
        "{{ $to := dict `a` `one` `c` 3 `d` (dict `f` 5) `g` (list 8 9) `i` `eye` "
        "`k` (dict `l` true) `e` `` }}"
        "{{ $x := dict `a` 1 `b` 2 `d` (dict `e` `four`) `g` (list 6 7) `i` `aye` `j` `jay` "
        "`k` (dict `l` false) `e` `full` }}"
        "{{ $y := dict `h` 10 `i` `i` `j` `j` }}";
    const std::string kept =
        "map[a:one b:2 c:3 d:map[e:four f:5] e:full g:[8 9] h:10 i:eye j:jay k:map[l:true]]";
    const std::string overwritten =
        "map[a:1 b:2 c:3 d:map[e:four f:5] e:full g:[6 7] h:10 i:i j:j k:map[l:false]]";
    for (const std::string name : {"merge", "mustMerge"}) {
      CHECK(sprig(maps + "{{ " + name + " $to $x $y }}") == kept);
      CHECK(sprig(maps + "{{ $_ := " + name + " $to $x $y }}{{ $to }}") == kept);
    }
    for (const std::string name : {"mergeOverwrite", "mustMergeOverwrite"}) {
      CHECK(sprig(maps + "{{ " + name + " $to $x $y }}") == overwritten);
    }
    CHECK(sprig("{{ $d := dict `a` 1 }}{{ merge $d $d }}") == "map[a:1]");
  }

  TEST_CASE("sprig: a value does not hold itself, nor grow without end") {
    const std::string itself = "error calling set: a map cannot hold itself";
    CHECK(sprig("{{ $d := dict }}{{ $_ := set $d `d` $d }}") == itself);
    CHECK(sprig("{{ $d := dict }}{{ $_ := set $d `d` (list (dict `e` $d)) }}") == itself);
    CHECK(sprig("{{ $d := dict }}{{ $_ := merge $d (dict `x` $d) }}") ==
          "error calling merge: a map cannot hold itself");
    CHECK(sprig("{{ $l := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}") ==
          "error calling list: the value has too many parts");
    CHECK(sprig("{{ $l := list 1 }}{{ range until 60 }}{{ $l = concat $l $l }}{{ end }}") ==
          "error calling concat: the list is too long");
    CHECK(sprig("{{ $l := list }}{{ range until 2000 }}{{ $l = list $l }}{{ end }}") ==
          "error calling list: the value is nested too deeply");
  }

  TEST_CASE("sprig: types") {
    check_calls({
        {"typeOf `a`", "string"},
        {"typeOf 1", "int"},
        {"typeOf 1.5", "float64"},
        {"typeOf nil", "<nil>"},
        {"typeOf (list)", "[]interface {}"},
        {"typeOf .", "map[string]interface {}"},
        {"typeOf now", "time.Time"},
        {"typeOf (semver `1.2.3`)", "*semver.Version"},
        {"typeIs `string` .a", "true"},
        {"typeIs `int` .a", "false"},
        {"typeIsLike `semver.Version` (semver `1.2.3`)", "true"},
        {"kindOf (list)", "slice"},
        {"kindOf (dict)", "map"},
        {"kindOf true", "bool"},
        {"kindOf (int64 1)", "int64"},
        {"kindOf nil", "invalid"},
        {"kindOf now", "struct"},
        {"kindOf (semver `1.2.3`)", "ptr"},
        {"kindIs `string` .n", "true"},
        {"deepEqual (list 1 (dict `a` 2)) (list 1 (dict `a` 2))", "true"},
        {"deepEqual (list 1) (list `1`)", "false"},
        {"deepEqual 1 1.0", "false"},
        {"deepEqual nil nil", "true"},
    });
  }

  TEST_CASE("sprig: JSON") {
    const std::string value = "(dict `s` `<a&b>` `n` 42 `l` (list) `m` (dict) `t` (list true nil))";
    check_calls({
        {"toJson " + value, R"({"l":[],"m":{},"n":42,"s":"\u003ca\u0026b\u003e","t":[true,null]})"},
        {"toRawJson " + value, R"({"l":[],"m":{},"n":42,"s":"<a&b>","t":[true,null]})"},
        {"mustToRawJson `>`", "\">\""},
        {"toPrettyJson " + value,
         "{\n  \"l\": [],\n  \"m\": {},\n  \"n\": 42,\n  \"s\": "
         "\"\\u003ca\\u0026b\\u003e\",\n  \"t\": [\n    true,\n    null\n  ]\n}"},
        {"mustToPrettyJson 1.5", "1.5"},
        {"toJson (float64 `NaN`)", ""},
        {"toPrettyJson (float64 `+Inf`)", ""},
        {"mustToJson (float64 `NaN`)", "error calling mustToJson: json: unsupported value: NaN"},
        {"toRawJson (float64 `NaN`)", "error calling toRawJson: json: unsupported value: NaN"},
        {"mustFromJson `{\"foo\": 55}`", "map[foo:55]"},
        {"mustFromJson ` null `", "<no value>"},
        {"fromJson `{`", "<no value>"},
        {"mustFromJson `{`", "error calling mustFromJson: the text is no JSON value"},
        {"mustFromJson ``", "error calling mustFromJson: unexpected end of JSON input"},
    });
  }
}

}  // namespace logsvc::tmpl

#include "telemetry/metrics.h"

#include <doctest/doctest.h>

namespace logsvc {

TEST_SUITE_BEGIN("telemetry");

TEST_CASE("the page of metrics is the text format, families by name and series by labels") {
  Metrics metrics;
  metrics.counter("b_total", "Bs", {{"reason", "x\"y\\z\n"}}).add(2);
  metrics.counter("b_total", "another help", {{"reason", "a"}}).add(1);
  metrics.gauge("a", "As").set(-1.5);
  metrics.gauge_function("c", "Cs", [] { return 3.0; });
  metrics.sample_function("d", "Ds", "counter", [](const Metrics::AddSample& add) {
    add("", {{"k", "v"}}, 4);
  });
  CHECK(metrics.text() ==
        "# HELP a As\n# TYPE a gauge\na -1.5\n"
        "# HELP b_total Bs\n# TYPE b_total counter\n"
        "b_total{reason=\"a\"} 1\nb_total{reason=\"x\\\"y\\\\z\\n\"} 2\n"
        "# HELP c Cs\n# TYPE c gauge\nc 3\n"
        "# HELP d Ds\n# TYPE d counter\nd{k=\"v\"} 4\n");
  CHECK(metrics.names() == std::vector<std::string>{"a", "b_total", "c", "d"});
}

TEST_CASE("a series is made once, and every call for it counts there") {
  Metrics metrics;
  Counter& first = metrics.counter("n_total", "N", {{"a", "1"}});
  CHECK(&first == &metrics.counter("n_total", "N", {{"a", "1"}}));
  CHECK(&first != &metrics.counter("n_total", "N", {{"a", "2"}}));
}

TEST_CASE("a histogram counts what is at most its bound, and all in +Inf") {
  Metrics metrics;
  Histogram& h = metrics.histogram("h_seconds", "H", {0.1, 1}, {{"route", "r"}});
  for (const double v : {0.05, 0.1, 0.5, 1.0, 7.0}) h.observe(v);
  CHECK(h.cumulative() == std::vector<uint64_t>{2, 4, 5});
  CHECK(metrics.text() ==
        "# HELP h_seconds H\n# TYPE h_seconds histogram\n"
        "h_seconds_bucket{route=\"r\",le=\"0.1\"} 2\nh_seconds_bucket{route=\"r\",le=\"1\"} 4\n"
        "h_seconds_bucket{route=\"r\",le=\"+Inf\"} 5\n"
        "h_seconds_sum{route=\"r\"} 8.65\nh_seconds_count{route=\"r\"} 5\n");
}

TEST_CASE("a function that gives a value may ask for metrics itself") {
  Metrics metrics;
  metrics.gauge_function(
      "g", "G", [&] { return static_cast<double>(metrics.counter("c_total", "C").value()); });
  CHECK(metrics.text().find("\ng 0\n") != std::string::npos);
}

TEST_SUITE_END();

}  // namespace logsvc

// Counters, gauges and histograms, and their Prometheus text form (0.0.4).
// Names: logsvc_<area>_<noun>_<unit>[_total], or Loki's where dashboards know them; every one is
// listed in monitoring/metrics.md.
//
// Everything is safe from several threads; adding to a metric is one atomic operation. Metrics live
// as long as the registry; keep references to them, look-up by name takes a lock.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace logsvc {

// pairs of name and value, in the order they are written
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  void add(uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double v) { value_.store(v, std::memory_order_relaxed); }
  void add(double v) { value_.fetch_add(v, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds);
  void observe(double v);

  const std::vector<double>& bounds() const { return bounds_; }
  // Returns the number of observations <= bounds()[i]; the last one (+Inf) is the count of all.
  std::vector<uint64_t> cumulative() const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<double> bounds_;
  std::vector<std::atomic<uint64_t>> counts_;
  std::atomic<double> sum_{0};
};

class Metrics {
 public:
  // Finds or makes the series. help is taken from the first call for a name.
  Counter& counter(const std::string& name, const std::string& help,
                   const MetricLabels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const MetricLabels& labels = {});
  Histogram& histogram(const std::string& name, const std::string& help,
                       const std::vector<double>& bounds, const MetricLabels& labels = {});
  // Adds a gauge whose value is asked for when the page is read; the function must stay valid.
  void gauge_function(const std::string& name, const std::string& help,
                      std::function<double()> read, const MetricLabels& labels = {});

  // Adds samples of a family that come and go, asked for when the page is read. `add` takes the
  // suffix of the name ("", "_bucket", …). Several functions may give samples of one family.
  using AddSample = std::function<void(const char* suffix, const MetricLabels&, double)>;
  void sample_function(const std::string& name, const std::string& help, const char* type,
                       std::function<void(const AddSample&)> write);

  // Returns the /metrics page.
  std::string text() const;
  // Returns the names of all metrics, sorted.
  std::vector<std::string> names() const;

 private:
  struct Family {
    std::string help;
    std::string type;
    std::map<std::string, std::unique_ptr<Counter>> counters;  // by label text
    std::map<std::string, std::unique_ptr<Gauge>> gauges;
    std::map<std::string, std::unique_ptr<Histogram>> histograms;
    std::map<std::string, std::function<double()>> functions;
    std::vector<std::function<void(const AddSample&)>> samples;
  };
  Family& family(const std::string& name, const std::string& help, const char* type)
      REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, Family> families_ GUARDED_BY(mutex_);
};

}  // namespace logsvc

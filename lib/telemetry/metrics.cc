#include "telemetry/metrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace logsvc {
namespace {

std::string number(double v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
  char buffer[64];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, v);
  return {buffer, result.ptr};
}

// a="1",b="2" with the text format's escapes.
std::string label_text(const MetricLabels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ',';
    out += name + "=\"";
    for (const char c : value) {
      if (c == '\\' || c == '"') out += '\\';
      if (c == '\n') {
        out += "\\n";
      } else {
        out += c;
      }
    }
    out += '"';
  }
  return out;
}

void append_sample(std::string& out, const std::string& name, const std::string& labels,
                   const std::string& value) {
  out += name;
  if (!labels.empty()) out += '{' + labels + '}';
  out += ' ' + value + '\n';
}

void append_histogram(std::string& out, const std::string& name, const std::string& labels,
                      const Histogram& h) {
  const std::vector<uint64_t> counts = h.cumulative();
  const std::string prefix = labels.empty() ? "" : labels + ",";
  for (size_t i = 0; i < counts.size(); ++i) {
    const std::string bound = i < h.bounds().size() ? number(h.bounds()[i]) : "+Inf";
    append_sample(out, name + "_bucket", prefix + "le=\"" + bound + '"', std::to_string(counts[i]));
  }
  append_sample(out, name + "_sum", labels, number(h.sum()));
  append_sample(out, name + "_count", labels, std::to_string(counts.back()));
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

void Histogram::observe(double v) {
  const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), v) - bounds_.begin();
  counts_[static_cast<size_t>(at)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(v, std::memory_order_relaxed);
}

std::vector<uint64_t> Histogram::cumulative() const {
  std::vector<uint64_t> out;
  uint64_t total = 0;
  for (const auto& count : counts_) {
    total += count.load(std::memory_order_relaxed);
    out.push_back(total);
  }
  return out;
}

Metrics::Family& Metrics::family(const std::string& name, const std::string& help,
                                 const char* type) {
  Family& f = families_[name];
  if (f.type.empty()) {
    f.type = type;
    f.help = help;
  }
  return f;
}

Counter& Metrics::counter(const std::string& name, const std::string& help,
                          const MetricLabels& labels) {
  MutexLock lock(mutex_);
  auto& slot = family(name, help, "counter").counters[label_text(labels)];
  if (!slot) slot = std::make_unique<Counter>();
  return *slot;
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help,
                      const MetricLabels& labels) {
  MutexLock lock(mutex_);
  auto& slot = family(name, help, "gauge").gauges[label_text(labels)];
  if (!slot) slot = std::make_unique<Gauge>();
  return *slot;
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help,
                              const std::vector<double>& bounds, const MetricLabels& labels) {
  MutexLock lock(mutex_);
  auto& slot = family(name, help, "histogram").histograms[label_text(labels)];
  if (!slot) slot = std::make_unique<Histogram>(bounds);
  return *slot;
}

void Metrics::gauge_function(const std::string& name, const std::string& help,
                             std::function<double()> read, const MetricLabels& labels) {
  MutexLock lock(mutex_);
  family(name, help, "gauge").functions[label_text(labels)] = std::move(read);
}

void Metrics::sample_function(const std::string& name, const std::string& help, const char* type,
                              std::function<void(const AddSample&)> write) {
  MutexLock lock(mutex_);
  family(name, help, type).samples.push_back(std::move(write));
}

std::string Metrics::text() const {
  MutexLock lock(mutex_);
  std::string out;
  for (const auto& [name, f] : families_) {
    out += "# HELP " + name + ' ' + f.help + "\n# TYPE " + name + ' ' + f.type + '\n';
    for (const auto& [labels, c] : f.counters) {
      append_sample(out, name, labels, std::to_string(c->value()));
    }
    for (const auto& [labels, g] : f.gauges) append_sample(out, name, labels, number(g->value()));
    for (const auto& [labels, read] : f.functions) append_sample(out, name, labels, number(read()));
    for (const auto& [labels, h] : f.histograms) append_histogram(out, name, labels, *h);
    for (const auto& write : f.samples) {
      write([&, &base = name](const char* suffix, const MetricLabels& labels, double value) {
        append_sample(out, base + suffix, label_text(labels), number(value));
      });
    }
  }
  return out;
}

std::vector<std::string> Metrics::names() const {
  MutexLock lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [name, unused] : families_) out.push_back(name);
  return out;
}

}  // namespace logsvc

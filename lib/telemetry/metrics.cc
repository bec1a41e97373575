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

// Writes a="1",b="2" with the text format's escapes.
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

// A family as it was while the lock was held.
struct FamilySnapshot {
  std::string name, help, type;
  std::vector<std::pair<std::string, const Counter*>> counters;  // by label text
  std::vector<std::pair<std::string, const Gauge*>> gauges;
  std::vector<std::pair<std::string, std::function<double()>>> functions;
  std::vector<std::pair<std::string, const Histogram*>> histograms;
  std::vector<std::function<void(const Metrics::AddSample&)>> samples;
};

void append_family(std::string& out, const FamilySnapshot& one) {
  out += "# HELP " + one.name + ' ' + one.help + "\n# TYPE " + one.name + ' ' + one.type + '\n';
  for (const auto& [labels, c] : one.counters) {
    append_sample(out, one.name, labels, std::to_string(c->value()));
  }
  for (const auto& [labels, g] : one.gauges)
    append_sample(out, one.name, labels, number(g->value()));
  for (const auto& [labels, read] : one.functions) {
    append_sample(out, one.name, labels, number(read()));
  }
  for (const auto& [labels, h] : one.histograms) append_histogram(out, one.name, labels, *h);
  for (const auto& write : one.samples) {
    write([&](const char* suffix, const MetricLabels& labels, double value) {
      append_sample(out, one.name + suffix, label_text(labels), number(value));
    });
  }
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

// The samples' functions are called after the lock is released: they may take locks of their own,
// or be slow. Series live as long as the registry.
std::string Metrics::text() const {
  std::vector<FamilySnapshot> shown;
  {
    MutexLock lock(mutex_);
    for (const auto& [name, f] : families_) {
      FamilySnapshot& one =
          shown.emplace_back(FamilySnapshot{name, f.help, f.type, {}, {}, {}, {}, f.samples});
      for (const auto& [labels, c] : f.counters) one.counters.emplace_back(labels, c.get());
      for (const auto& [labels, g] : f.gauges) one.gauges.emplace_back(labels, g.get());
      for (const auto& [labels, read] : f.functions) one.functions.emplace_back(labels, read);
      for (const auto& [labels, h] : f.histograms) one.histograms.emplace_back(labels, h.get());
    }
  }
  std::string out;
  for (const FamilySnapshot& one : shown) append_family(out, one);
  return out;
}

std::vector<std::string> Metrics::names() const {
  MutexLock lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [name, unused] : families_) out.push_back(name);
  return out;
}

}  // namespace logsvc

// geoip: sets labels from what a database knows about an address.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "agent/pipeline/geo_database.h"
#include "agent/pipeline/stages/stage_compiler.h"
#include "base/json_number.h"
#include "base/utf8.h"

namespace logsvc::agent {
namespace {

using Found = std::vector<std::pair<std::string_view, std::string>>;  // label, value
using Describe = void (*)(GeoRecord& record, Found& out);

// Formats a number as Go does by default: small ones with an exponent.
std::string shown(double number) {
  std::string out;
  if (number == 0 || std::abs(number) >= 1e-4) {
    append_json_number(number, out);
    return out;
  }
  char text[32];
  const auto end = std::to_chars(text, std::end(text), number, std::chars_format::scientific);
  return std::string(text, end.ptr);
}

void add_text(Found& out, std::string_view label, std::string_view value) {
  if (!value.empty() && is_utf8(value)) out.emplace_back(label, value);
}

void describe_city(GeoRecord& record, Found& out) {
  add_text(out, "geoip_city_name", record.text({"city", "names", "en"}));
  add_text(out, "geoip_country_name", record.text({"country", "names", "en"}));
  add_text(out, "geoip_continent_name", record.text({"continent", "names", "en"}));
  add_text(out, "geoip_continent_code", record.text({"continent", "code"}));
  const auto latitude = record.number({"location", "latitude"});
  const auto longitude = record.number({"location", "longitude"});
  if (latitude && longitude && std::isfinite(*latitude) && std::isfinite(*longitude)) {
    out.emplace_back("geoip_location_latitude", shown(*latitude));
    out.emplace_back("geoip_location_longitude", shown(*longitude));
  }
  add_text(out, "geoip_postal_code", record.text({"postal", "code"}));
  add_text(out, "geoip_timezone", record.text({"location", "time_zone"}));
  // The last subdivision is the smallest.
  add_text(out, "geoip_subdivision_name", record.text({"subdivisions", "-1", "names", "en"}));
  add_text(out, "geoip_subdivision_code", record.text({"subdivisions", "-1", "iso_code"}));
}

// Adds values that Promtail has no names for, under Grafana Alloy's names.
void describe_country(GeoRecord& record, Found& out) {
  add_text(out, "geoip_country_name", record.text({"country", "names", "en"}));
  add_text(out, "geoip_country_code", record.text({"country", "iso_code"}));
  add_text(out, "geoip_continent_name", record.text({"continent", "names", "en"}));
  add_text(out, "geoip_continent_code", record.text({"continent", "code"}));
}

void describe_network(GeoRecord& record, Found& out) {
  const auto number = record.whole_number({"autonomous_system_number"});
  if (number && *number > 0)
    out.emplace_back("geoip_autonomous_system_number", std::to_string(*number));
  add_text(out, "geoip_autonomous_system_organization",
           record.text({"autonomous_system_organization"}));
}

struct Kind {
  const char* name;
  Describe describe;
  std::vector<std::string_view> types;  // parts of the names of databases with such records
};

const Kind* kind_of(const std::string& db_type) {
  static const Kind kinds[] = {
      {"city", describe_city, {"City", "Country", "Enterprise", "Location"}},
      {"country", describe_country, {"City", "Country", "Enterprise", "Location"}},
      {"asn", describe_network, {"ASN", "ISP", "Enterprise"}},
  };
  for (const Kind& kind : kinds) {
    if (db_type == kind.name) return &kind;
  }
  return nullptr;
}

class GeoIpStage : public Stage {
 public:
  GeoIpStage(std::string source, Describe describe, std::shared_ptr<const GeoDatabase> database,
             Diagnostics& diagnostics)
      : source_(std::move(source)),
        describe_(describe),
        database_(std::move(database)),
        diagnostics_(diagnostics) {}

  // Whatever is found, the entry continues.
  bool run(PipelineEntry& entry) override {
    if (!entry.extracted.text(source_, text_)) return true;
    auto record = database_->find(text_);
    if (!record.ok()) {
      tell(record.error().message);
      return true;
    }
    if (!*record) return true;
    found_.clear();
    describe_(**record, found_);
    if (!(*record)->damage().empty()) {
      tell((*record)->damage());
      return true;
    }
    for (const auto& [label, value] : found_) set_label(entry.labels, label, value);
    return true;
  }

 private:
  void tell(const std::string& why) const {
    diagnostics_.warn("agent", "a database of addresses is damaged: lines pass without its labels",
                      {{"file", database_->path()}, {"address", text_}, {"why", why}});
  }

  const std::string source_;
  const Describe describe_;
  const std::shared_ptr<const GeoDatabase> database_;
  Diagnostics& diagnostics_;
  std::string text_;
  Found found_;
};

class PassingStage : public Stage {
 public:
  bool run(PipelineEntry&) override { return true; }
};

}  // namespace

Result<StageFactory> compile_geoip(StageOptions& options, const config::YamlNode& node,
                                   StageContext& context) {
  const std::string path = options.text("db").value_or("");
  const auto source = options.text("source");
  const std::string db_type = options.text("db_type").value_or("");
  RETURN_IF_ERROR(options.status());
  if (path.empty()) return options.fault("db missing: the path of a .mmdb file");
  if (source && source->empty())
    return options.fault("source is empty: name the extracted value that is an address");
  if (db_type.empty()) return options.fault("db_type missing: city, country or asn");
  auto database = context.databases.open(path);
  if (!database.ok()) return options.fault(database.error().message);
  const Kind* const kind = kind_of(db_type);
  if (!kind || !source) {
    options.problems().warn(
        node, kind ? "geoip stage: without source no address is looked up: lines pass unchanged"
                   : "geoip stage: db_type " + db_type +
                         " is none of city, country, asn: lines pass unchanged");
    return factory_of(PassingStage());
  }
  const std::string_view type = (*database)->type();
  const bool fits = std::any_of(kind->types.begin(), kind->types.end(), [&](std::string_view part) {
    return type.find(part) != std::string_view::npos;
  });
  if (!fits) {
    options.problems().warn(node, "geoip stage: " + path + " calls itself " + std::string(type) +
                                      ": it may know nothing of db_type " + db_type);
  }
  return factory_of(GeoIpStage(*source, kind->describe, std::move(*database), context.diagnostics));
}

}  // namespace logsvc::agent

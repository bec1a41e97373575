// Stores the structured metadata of a pushed entry: names made usable, pairs sorted, bytes in the
// arena.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "model/label_set.h"

namespace logsvc::wire {

// Follows Loki's rule: characters outside [A-Za-z0-9_] become _, runs of _ collapse, a leading
// digit gets "key_" in front; __x__ is kept. Empty if nothing usable is left.
std::string metadata_name(std::string_view name);

// Pairs with an empty value or an unusable name are left out; of pairs that get the same name the
// renamed one wins. The views given may die afterwards.
std::span<const LabelView> store_metadata(
    Arena& arena, const std::vector<std::pair<std::string_view, std::string_view>>& pairs);

}  // namespace logsvc::wire

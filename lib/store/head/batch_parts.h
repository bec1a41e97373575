// A push that goes over very many days or streams, cut into parts. Each day is a window of its own
// and each stream a place in it, so that what a push costs is not told by its size: parts let
// others come between, and only one such push is under way at a time.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "model/entry.h"

namespace logsvc::store {

// Whether the batch is more than one part.
bool opens_many(const Batch& batch);

// Calls `append` for each part in turn, until it fails. A part borrows what the batch holds.
Status for_each_part(const Batch& batch, const std::function<Status(Batch)>& append);

// The parts as one batch again, which holds on to the bytes of `whole` that they borrow.
std::shared_ptr<const Batch> batch_of_parts(std::shared_ptr<const Batch> whole,
                                            const std::vector<std::shared_ptr<const Batch>>& parts);

}  // namespace logsvc::store

// Cuts a push over very many days or streams into parts. Each day is a window of its own and each
// stream a place in it, so the cost of a push does not follow from its size: parts let others come
// between, and only one such push runs at a time.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "model/entry.h"

namespace logsvc::store {

// Returns whether the batch is more than one part.
bool opens_many(const Batch& batch);

// Calls `append` for each part in turn, until it fails. A part borrows what the batch holds.
Status for_each_part(const Batch& batch, const std::function<Status(Batch)>& append);

// Returns the parts as one batch again, which holds on to the bytes of `whole` that they borrow.
std::shared_ptr<const Batch> batch_of_parts(std::shared_ptr<const Batch> whole,
                                            const std::vector<std::shared_ptr<const Batch>>& parts);

}  // namespace logsvc::store

/* DESIGN: the writer is a small state machine, because Xapian's own is not safe to drive by hand.
 *
 *   idle ──begin──► open ──commit──► idle
 *                    │  └──cancel──► idle
 *                    └─any failure inside Xapian or the kernel──► dead
 *
 * - Outside a transaction Xapian publishes every 10,000 changes by itself, and a destructor commits
 *   what is pending. So nothing is ever written outside of one; the destructor cancels an open one.
 * - A failed commit drops the batch, and a second commit on the same object then reports success.
 * - A failed add, replace or delete drops everything written so far in the transaction but leaves
 *   the transaction open (glass cancels its tables), so a later commit would publish the rest
 * alone. Hence every such failure makes the handle dead; arguments that we refuse ourselves do not.
 * - Xapian syncs its files and renames the revision file, but never syncs the directory: after a
 *   power cut the old revision file could point at blocks that are overwritten already. We sync it
 *   before commit returns, so before anything can be overwritten. */
#include "handle.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

enum class State { idle, open, dead };

/* A directory that can be synced. */
class Directory {
  public:
    explicit Directory(const std::string &path)
        : descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        if (descriptor < 0) {
            throw xc::Failure(XC_DATABASE, "cannot open the directory %s: %s", path.c_str(),
                              std::strerror(errno));
        }
    }
    ~Directory() {
        ::close(descriptor);
    }
    Directory(const Directory &) = delete;
    Directory &operator=(const Directory &) = delete;

    void sync() const {
        int result;
        do {
            result = ::fsync(descriptor);
        } while (result != 0 && errno == EINTR);
        if (result != 0) {
            throw xc::Failure(XC_DATABASE, "fsync of the database directory: %s",
                              std::strerror(errno));
        }
    }

  private:
    int descriptor;
};

std::string parent_of(std::string path) {
    while (path.size() > 1 && path.back() == '/') {
        path.pop_back();
    }
    size_t slash = path.rfind('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

int flags_of(xc_open_mode mode) {
    switch (mode) {
    case XC_CREATE:
        return Xapian::DB_CREATE | Xapian::DB_BACKEND_GLASS;
    case XC_OPEN:
        return Xapian::DB_OPEN;
    case XC_CREATE_OR_OPEN:
        return Xapian::DB_CREATE_OR_OPEN | Xapian::DB_BACKEND_GLASS;
    }
    throw xc::Failure(XC_INVALID, "%d is no open mode", static_cast<int>(mode));
}

bool is_file(const std::string &path) {
    struct stat status;
    return ::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

bool exists(const std::string &path) {
    struct stat status;
    return ::stat(path.c_str(), &status) == 0;
}

} // namespace

struct xc_writer : xc::Handle {
    xc_writer(const std::string &path, int flags) : database(path, flags), directory(path) {
    }
    Xapian::WritableDatabase database;
    Directory directory;
    State state = State::idle;

    void require_alive() const {
        if (state == State::dead) {
            throw xc::Failure(XC_DATABASE, "an earlier write failed and its batch is lost: close "
                                           "this writer, open a new one and add the batch again");
        }
    }
    void require_transaction() const {
        require_alive();
        if (state != State::open) {
            throw xc::Failure(XC_INVALID, "no transaction is open: call xc_writer_begin first");
        }
    }
    /* Runs a change; whatever it throws ends the life of this handle. */
    template <typename Change> void change(Change &&apply) {
        try {
            apply();
        } catch (...) {
            state = State::dead;
            throw;
        }
    }
};

xc_status xc_writer_open(const char *path, xc_open_mode mode, xc_writer **writer,
                         xc_error *error) noexcept {
    return xc::guard(error, [&] {
        xc::required(writer, "writer");
        std::string directory = xc::incoming(path, "path");
        int flags = flags_of(mode);
        if (is_file(directory)) {
            throw xc::Failure(XC_INVALID, "%s is a file; a writer needs the database directory",
                              path);
        }
        bool fresh = !exists(directory);
        auto opened = std::make_unique<xc_writer>(directory, flags);
        if (fresh) {
            opened->directory.sync();
            Directory(parent_of(directory)).sync();
        }
        *writer = opened.release();
    });
}

void xc_writer_free(xc_writer *writer) noexcept {
    xc::release(writer);
}

xc_status xc_writer_begin(xc_writer *writer, xc_error *error) noexcept {
    return xc::enter(writer, error, [](xc_writer &handle) {
        handle.require_alive();
        if (handle.state == State::open) {
            throw xc::Failure(XC_INVALID, "a transaction is open already");
        }
        handle.change([&] { handle.database.begin_transaction(true); });
        handle.state = State::open;
    });
}

xc_status xc_writer_commit(xc_writer *writer, xc_error *error) noexcept {
    return xc::enter(writer, error, [](xc_writer &handle) {
        handle.require_transaction();
        handle.change([&] {
            handle.database.commit_transaction();
            handle.directory.sync();
        });
        handle.state = State::idle;
    });
}

xc_status xc_writer_cancel(xc_writer *writer, xc_error *error) noexcept {
    return xc::enter(writer, error, [](xc_writer &handle) {
        handle.require_transaction();
        handle.change([&] { handle.database.cancel_transaction(); });
        handle.state = State::idle;
    });
}

xc_status xc_writer_add(xc_writer *writer, const xc_document *document, uint32_t *docid,
                        xc_error *error) noexcept {
    return xc::enter(writer, error, [&](xc_writer &handle) {
        const xc_document &source = xc::required(document, "document");
        xc::Hold hold(source.use);
        handle.require_transaction();
        handle.change([&] {
            Xapian::docid added = handle.database.add_document(source.document);
            if (docid != nullptr) {
                *docid = added;
            }
        });
    });
}

xc_status xc_writer_replace(xc_writer *writer, const char *unique_term, size_t size,
                            const xc_document *document, uint32_t *docid,
                            xc_error *error) noexcept {
    return xc::enter(writer, error, [&](xc_writer &handle) {
        const xc_document &source = xc::required(document, "document");
        xc::Hold hold(source.use);
        std::string term = xc::incoming_term(unique_term, size);
        handle.require_transaction();
        handle.change([&] {
            Xapian::docid placed = handle.database.replace_document(term, source.document);
            if (docid != nullptr) {
                *docid = placed;
            }
        });
    });
}

xc_status xc_writer_delete(xc_writer *writer, const char *term, size_t size,
                           xc_error *error) noexcept {
    return xc::enter(writer, error, [&](xc_writer &handle) {
        std::string name = xc::incoming_term(term, size);
        handle.require_transaction();
        handle.change([&] { handle.database.delete_document(name); });
    });
}

xc_status xc_writer_set_metadata(xc_writer *writer, const char *key, const char *value, size_t size,
                                 xc_error *error) noexcept {
    return xc::enter(writer, error, [&](xc_writer &handle) {
        std::string name = xc::incoming_key(key);
        std::string content = xc::incoming(value, size, "value");
        handle.require_transaction();
        handle.change([&] { handle.database.set_metadata(name, content); });
    });
}

xc_status xc_writer_doc_count(xc_writer *writer, uint32_t *count, xc_error *error) noexcept {
    return xc::enter(writer, error, [&](xc_writer &handle) {
        handle.require_alive();
        xc::required(count, "count") = handle.database.get_doccount();
    });
}

xc_status xc_writer_metadata(xc_writer *writer, const char *key, xc_string *value,
                             xc_error *error) noexcept {
    return xc::enter(writer, error, [&](xc_writer &handle) {
        handle.require_alive();
        xc::required(value, "value");
        *value = xc::copy_string(handle.database.get_metadata(xc::incoming_key(key)));
    });
}

/* aludel_driver.h: what a driver of aludel is, as a shared library.
 *
 * A driver exports one symbol, `aludel_driver_v1`, which returns its table of functions. Requests and
 * answers are messages: a *head*, which is a JSON object, and a *body* or *parts*, which are bytes.
 * docs/writing-a-driver.md shows every message; drivers/plugin/src/wire says what each field means.
 *
 * Rules
 *
 *  - Sizes. Each side reads no more of the other's structure than `struct_size` says. Members are only
 *    ever appended; a null member, and an operation that `info` does not list, is unsupported.
 *  - Fields of a head are only added: ignore what you do not know. Kinds (words that choose between
 *    meanings, and operations) are never ignored: refuse what you do not know. In TRANSLATE and SCHEMA,
 *    which bear the model of schemas, refuse fields that you do not know, too: they bear meaning.
 *  - Threads. The host may call any function on any thread, several at once. The host's functions may
 *    be called on any thread, until `shutdown` returns.
 *  - Memory. A slice is lent for the time of the call. A buffer is given away: whoever receives it
 *    calls release(owner) once, unless release is null.
 *  - No exception, panic or longjmp leaves a function, on either side.
 *  - A driver installs no signal handlers and writes nothing to stdout or stderr.
 *  - The library is never unloaded.
 */
#ifndef ALUDEL_DRIVER_H
#define ALUDEL_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ALUDEL_MAGIC UINT64_C(0x01024c4544554c41)
#define ALUDEL_ABI_MAJOR 1
#define ALUDEL_ABI_MINOR 0
/* The newest messages that this header is about. */
#define ALUDEL_PROTOCOL 1

/* Borrowed bytes; ptr may be null if len is 0. */
typedef struct aludel_slice {
    const uint8_t *ptr;
    size_t len;
} aludel_slice;

/* Owned bytes. For bytes from malloc: owner = the bytes, release = free. For constant ones:
 * release = NULL. */
typedef struct aludel_buffer {
    const uint8_t *ptr;
    size_t len;
    void *owner;
    void (*release)(void *owner);
} aludel_buffer;

/* How a call ended. */
enum {
    ALUDEL_OK = 0,          /* done; the reply is what the operation answers */
    ALUDEL_FAILED = 1,      /* a session failed; the head is a failure */
    ALUDEL_REFUSED = 2,     /* the driver refuses what was asked; the head is {"message": ...} */
    ALUDEL_PANIC = 3,       /* the driver's code broke down; the head is {"message": ...} */
    ALUDEL_CANCELLED = 4,   /* stopped by `cancel` before anything had happened */
    ALUDEL_UNSUPPORTED = 5, /* the operation is not supported */
    ALUDEL_BAD = 6          /* the request cannot be read; the head is {"message": ...} */
};

/* What can be asked. Below 16: by `call`, answered at once and without a connection. From 16: by
 * `submit`, on a session. A number is never used again for something else. */
enum {
    ALUDEL_OP_INFO = 1,     /* who the driver is; needed */
    ALUDEL_OP_DIALECT = 2,  /* the constants of a server's dialect; needed */
    ALUDEL_OP_LEDGER = 3,   /* texts about the ledger; needed. Reply body: the texts */
    ALUDEL_OP_PRINT = 4,    /* parts: statements. Reply body: the same as a client reads them.
                               Unsupported: each is followed by a semicolon */
    ALUDEL_OP_CATALOG = 5,  /* the database of a URL, by which tables are qualified.
                               Unsupported: they are not */
    ALUDEL_OP_ADMINISTRATION = 6, /* how the database of a URL is made and destroyed.
                               Unsupported: not by aludel */
    ALUDEL_OP_TRANSLATE = 7, /* a change of the model, or a statement on rows, as this dialect has it.
                               Unsupported: what is written for another driver is refused */
    ALUDEL_OP_SCHEMA = 8,   /* the schema that answers to the dialect's queries tell of.
                               Unsupported: live schemas are not read */
    ALUDEL_OP_CONNECT = 16, /* opens the session whose number the host has chosen */
    ALUDEL_OP_READ = 17,    /* reads the ledger */
    ALUDEL_OP_LOCK = 18,    /* tries for the lock, and reads the ledger after it */
    ALUDEL_OP_HOLDER = 19,  /* who holds the lock. Unsupported: nobody knows */
    ALUDEL_OP_UNLOCK = 20,  /* gives the lock back */
    ALUDEL_OP_SEND = 21,    /* parts: statements to run in order, up to the first failure */
    ALUDEL_OP_QUERY = 22,   /* one part: a reading statement */
    ALUDEL_OP_CLOSE = 23,   /* closes the session */
    ALUDEL_OP_DELIVER = 24  /* as SEND; whole transactions among the statements may share a commit.
                               Unsupported: SEND is asked instead */
};

/* What the host gives a driver. It is valid for as long as the process lives. */
typedef struct aludel_host {
    uint32_t struct_size;
    uint32_t protocol;       /* the newest messages that the host reads */
    uint32_t worker_threads; /* how many threads a driver should use for its own work */
    uint32_t log_level;      /* the most detailed level that is wanted */
    void *context;           /* first argument of every function */

    /* Answers a call: exactly once for each `submit` that returned ALUDEL_OK, on any thread, maybe
     * before `submit` returns. The buffers become the host's; null means empty. */
    void (*done)(void *context, uint64_t call, int32_t status, aludel_buffer *head, aludel_buffer *body);

    /* Levels: 1 error, 2 warning, 3 information, 4 debug, 5 trace. Texts are UTF-8. */
    void (*log)(void *context, uint32_t level, aludel_slice target, aludel_slice text);

    /* Tells of something that happened on a session: {"notice": "text"}. */
    void (*event)(void *context, uint64_t session, aludel_slice head);
} aludel_host;

/* What a driver exports. Everything up to abi_minor stands there whatever the version. */
typedef struct aludel_driver {
    uint64_t magic;       /* ALUDEL_MAGIC */
    uint32_t struct_size; /* sizeof(aludel_driver) */
    uint16_t abi_major;   /* ALUDEL_ABI_MAJOR */
    uint16_t abi_minor;   /* ALUDEL_ABI_MINOR */

    /* Makes the driver's one instance. Starts no threads: printing a script must cost none. Anything
     * but ALUDEL_OK: it could not; say why by host->log at level 1. Needed. */
    int32_t (*open)(const aludel_host *host, void **instance);

    /* Ends every session and thread within a time. Nothing is called after it. */
    int32_t (*shutdown)(void *instance, uint32_t timeout_ms);

    /* Answers at once. The places for the reply are empty buffers. Needed. */
    int32_t (*call)(void *instance, uint32_t op, aludel_slice head, const aludel_slice *parts, size_t parts_len,
                    aludel_buffer *reply_head, aludel_buffer *reply_body);

    /* Begins work on a session, and returns without waiting for it. Anything but ALUDEL_OK: it was
     * not accepted, and `done` will not be called. Calls of one session are worked on in their
     * order. Numbers of sessions and calls are the host's, and are never used twice.
     * Null: the driver only prints scripts. */
    int32_t (*submit)(void *instance, uint32_t op, uint64_t session, uint64_t call, aludel_slice head,
                      const aludel_slice *parts, size_t parts_len);

    /* Asks to stop a call, from any thread and as often as the host likes. `done` still comes: with
     * whatever the call came to, or with a failure of the kind "interrupted". Afterwards the session
     * can be used, and no transaction is open in it. Harmless for a call that is answered. */
    int32_t (*cancel)(void *instance, uint64_t call);
} aludel_driver;

/* The one symbol. The major version is part of its name: another one is not even found. */
const aludel_driver *aludel_driver_v1(void);

#ifdef __cplusplus
}
#endif
#endif

/* bad.c: libraries that are no good drivers. What is wrong with one is a definition on the compiler's
 * command line (-DNULL_TABLE ...), or, for sessions, what its URL says (bad:twice ...). Without either it
 * is a driver that accepts everything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aludel_driver.h"

#ifndef INFO
#define INFO \
    "{\"protocol\":1,\"name\":\"bad\",\"version\":\"1.0\",\"schemes\":[{\"scheme\":\"bad\",\"flavour\":\"bad\"}]," \
    "\"flavours\":[\"bad\"],\"floor\":[{\"flavour\":\"bad\",\"major\":1,\"minor\":0}]," \
    "\"ops\":[1,2,3,16,17,18,20,21,22,23,24,4000000000],\"of_a_newer_version\":[{}]}"
#endif
#ifndef DIALECT
#define DIALECT \
    "{\"syntax\":\"sqlite\",\"names\":[\"bad\"],\"capabilities\":{\"transactional_ddl\":true,\"lock\":\"transaction\"," \
    "\"revisions_per_message\":1,\"of_a_newer_version\":1},\"default_schema\":null,\"begin\":\"BEGIN\"," \
    "\"commit\":\"COMMIT\",\"of_a_newer_version\":{}}"
#endif
#ifndef WRITTEN
#define WRITTEN "{\"setup\":0,\"lengths\":[]}"
#endif
#ifndef BODY
#define BODY ""
#endif
#ifndef CALL_STATUS
#define CALL_STATUS ALUDEL_OK
#endif

static aludel_host the_host;
static char mode[64];

static aludel_buffer constant(const char *bytes) {
    aludel_buffer b = {(const uint8_t *)bytes, strlen(bytes), NULL, NULL};
    return b;
}

static int32_t call(void *instance, uint32_t op, aludel_slice head, const aludel_slice *parts, size_t parts_len,
                    aludel_buffer *reply_head, aludel_buffer *reply_body) {
    (void)instance, (void)head, (void)parts, (void)parts_len;
    *reply_head = constant(op == ALUDEL_OP_INFO ? INFO : op == ALUDEL_OP_DIALECT ? DIALECT : WRITTEN);
    if (op == ALUDEL_OP_LEDGER) *reply_body = constant(BODY);
    return CALL_STATUS;
}

static void answer(uint64_t call, int32_t status, const char *bytes) {
    aludel_buffer head = constant(bytes);
    the_host.done(the_host.context, call, status, &head, NULL);
}

#define SNAPSHOT \
    "{\"tables\":{\"schema\":null,\"ledger\":\"l\",\"journal\":\"j\"},\"ledger_exists\":false,\"journal_exists\":false," \
    "\"format\":null,\"applied\":[],\"journal\":[]}"

static int is(const char *word) { return !strcmp(mode, word); }

/* Answers before it returns, which is allowed. */
static int32_t submit(void *instance, uint32_t op, uint64_t session, uint64_t call, aludel_slice head,
                      const aludel_slice *parts, size_t parts_len) {
    (void)instance, (void)session, (void)parts, (void)parts_len;
    if (op == ALUDEL_OP_CONNECT) {
        const char *at = head.ptr ? strstr((const char *)head.ptr, "\"bad:") : NULL;
        memset(mode, 0, sizeof mode);
        for (size_t i = 0; at && i + 1 < sizeof mode && at[5 + i] != '"'; i++) mode[i] = at[5 + i];
        if (is("no-connect")) return ALUDEL_BAD;
        answer(call, ALUDEL_OK, "{\"server\":{\"flavour\":\"bad\",\"major\":1,\"minor\":0,\"of_a_newer_version\":0}}");
        return ALUDEL_OK;
    }
    if (op == ALUDEL_OP_CLOSE) {
        if (!is("no-close")) answer(call, ALUDEL_OK, "");
        return ALUDEL_OK;
    }
    if (op == ALUDEL_OP_DELIVER) {
        answer(call, ALUDEL_OK, is("lies") ? "{\"done\":1}" : "{\"done\":2}");
        return ALUDEL_OK;
    }
    if (op == ALUDEL_OP_READ || op == ALUDEL_OP_LOCK) {
        answer(call, ALUDEL_OK, op == ALUDEL_OP_READ ? SNAPSHOT : "{\"obtained\":" SNAPSHOT "}");
        return ALUDEL_OK;
    }
    if (is("never")) return ALUDEL_OK;
    if (is("refuses")) return 99;
    if (is("garbage")) answer(call, ALUDEL_FAILED, "\x01{{{");
    else if (is("utf8")) answer(call, ALUDEL_FAILED, "{\"kind\":\"refused\",\"message\":\"\xff\xfe\",\"session\":\"ready\"}");
    else if (is("kind")) answer(call, ALUDEL_FAILED, "{\"kind\":\"surprised\",\"message\":\"oh\",\"session\":\"ready\"}");
    else if (is("status")) answer(call, 77, "");
    else if (is("panic")) answer(call, ALUDEL_PANIC, "{\"message\":\"it broke down\"}");
    else if (is("bad")) answer(call, ALUDEL_BAD, "");
    else if (is("event")) {
        aludel_slice known = {(const uint8_t *)"{\"notice\":\"well well\"}", 22}, unknown = {(const uint8_t *)"{\"dance\":1}", 11};
        the_host.event(the_host.context, session, known);
        the_host.event(the_host.context, session, unknown);
        answer(call, ALUDEL_OK, "{}");
    } else answer(call, ALUDEL_OK, "{}");
    if (is("twice")) answer(call, ALUDEL_OK, "{}");
    if (is("others")) answer(call + 1000, ALUDEL_OK, "{}");
    return ALUDEL_OK;
}

static int32_t cancel(void *instance, uint64_t call) {
    (void)instance, (void)call;
    return ALUDEL_OK;
}

static int32_t open_driver(const aludel_host *host, void **instance) {
    memcpy(&the_host, host, host->struct_size < sizeof the_host ? host->struct_size : sizeof the_host);
    *instance = NULL;
    (void)call;
#ifdef OPEN_FAILS
    aludel_slice target = {(const uint8_t *)"bad", 3}, text = {(const uint8_t *)"no licence", 10};
    the_host.log(the_host.context, 1, target, text);
    return 3;
#endif
    return ALUDEL_OK;
}

static int32_t shut_down(void *instance, uint32_t timeout_ms) {
    (void)instance, (void)timeout_ms;
    return ALUDEL_OK;
}

#ifndef TABLE_MAGIC
#define TABLE_MAGIC ALUDEL_MAGIC
#endif
#ifndef TABLE_SIZE
#define TABLE_SIZE sizeof(struct longer)
#endif
#ifndef TABLE_MAJOR
#define TABLE_MAJOR ALUDEL_ABI_MAJOR
#endif
#ifndef TABLE_CALL
#define TABLE_CALL call
#endif
#ifndef SYMBOL
#define SYMBOL aludel_driver_v1
#endif

/* A table of a newer minor version: a member more than this header knows. */
static const struct longer {
    aludel_driver known;
    void (*of_a_newer_version)(void);
} TABLE = {{TABLE_MAGIC, TABLE_SIZE, TABLE_MAJOR, 7, open_driver, shut_down, TABLE_CALL, submit, cancel}, abort};

const aludel_driver *SYMBOL(void);
const aludel_driver *SYMBOL(void) {
#ifdef NULL_TABLE
    (void)TABLE;
    return NULL;
#else
    return &TABLE.known;
#endif
}

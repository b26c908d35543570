/* Prints what the header says: every size, offset and number. The test compares it with Rust's. */
#include <inttypes.h>
#include <stdio.h>

#include "aludel_driver.h"

#define SIZE(type) printf("size " #type " %zu\n", sizeof(type))
#define MEMBER(type, member) printf("offset " #type " " #member " %zu\n", offsetof(type, member))
#define NUMBER(name) printf("number " #name " %" PRIu64 "\n", (uint64_t)(name))

int main(void) {
    SIZE(aludel_slice); MEMBER(aludel_slice, ptr); MEMBER(aludel_slice, len);
    SIZE(aludel_buffer); MEMBER(aludel_buffer, ptr); MEMBER(aludel_buffer, len);
    MEMBER(aludel_buffer, owner); MEMBER(aludel_buffer, release);
    SIZE(aludel_host); MEMBER(aludel_host, struct_size); MEMBER(aludel_host, protocol);
    MEMBER(aludel_host, worker_threads); MEMBER(aludel_host, log_level); MEMBER(aludel_host, context);
    MEMBER(aludel_host, done); MEMBER(aludel_host, log); MEMBER(aludel_host, event);
    SIZE(aludel_driver); MEMBER(aludel_driver, magic); MEMBER(aludel_driver, struct_size);
    MEMBER(aludel_driver, abi_major); MEMBER(aludel_driver, abi_minor); MEMBER(aludel_driver, open);
    MEMBER(aludel_driver, shutdown); MEMBER(aludel_driver, call); MEMBER(aludel_driver, submit);
    MEMBER(aludel_driver, cancel);
    NUMBER(ALUDEL_MAGIC); NUMBER(ALUDEL_ABI_MAJOR); NUMBER(ALUDEL_ABI_MINOR); NUMBER(ALUDEL_PROTOCOL);
    NUMBER(ALUDEL_OK); NUMBER(ALUDEL_FAILED); NUMBER(ALUDEL_REFUSED); NUMBER(ALUDEL_PANIC);
    NUMBER(ALUDEL_CANCELLED); NUMBER(ALUDEL_UNSUPPORTED); NUMBER(ALUDEL_BAD);
    NUMBER(ALUDEL_OP_INFO); NUMBER(ALUDEL_OP_DIALECT); NUMBER(ALUDEL_OP_LEDGER); NUMBER(ALUDEL_OP_PRINT);
    NUMBER(ALUDEL_OP_CATALOG); NUMBER(ALUDEL_OP_ADMINISTRATION);
    NUMBER(ALUDEL_OP_TRANSLATE); NUMBER(ALUDEL_OP_SCHEMA); NUMBER(ALUDEL_OP_CONNECT); NUMBER(ALUDEL_OP_READ); NUMBER(ALUDEL_OP_LOCK);
    NUMBER(ALUDEL_OP_HOLDER); NUMBER(ALUDEL_OP_UNLOCK); NUMBER(ALUDEL_OP_SEND); NUMBER(ALUDEL_OP_QUERY);
    NUMBER(ALUDEL_OP_CLOSE); NUMBER(ALUDEL_OP_DELIVER);
    return 0;
}

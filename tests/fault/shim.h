#ifndef RR_TESTS_FAULT_SHIM_H
#define RR_TESTS_FAULT_SHIM_H

#include <stdbool.h>

/* Where the shim is linked in: makes the at-th allocation from now on fail, once; 0: none. */
void fault_arm(long at);

/* Ends that. Was there such an allocation? */
bool fault_disarm(void);

/* How many allocations there have been since fault_arm. */
long fault_count(void);

#endif

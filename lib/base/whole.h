#ifndef RR_BASE_WHOLE_H
#define RR_BASE_WHOLE_H

/* A whole number wide enough for any sum of 64-bit ones, so that sums are exact whatever their order. */
__extension__ typedef __int128 rr_whole;

#endif

"""What a missed target of a row would need, from profiles of the day it was written: the page shows it only while one is missed."""

NEEDED = {
    "detect": "Of the instructions for a byte of corpus A a fifth makes planes, half says where each detector can find anything, the rest checks what "
        "is left. A third less comes from cheaper checks of numbers with words and of authorities' numbers (5,000 to 7,000 instructions "
        "for each of some 1,000 calls in 2 MB). 1,000 MB/s is 3 cycles a byte: planes at half their cost (AVX-512), one look at each run of digits that all "
        "detectors of numbers share, and a tenth of the candidates.",
    "redact": "Detection takes nine tenths; what redaction adds is below 0.5 ns a byte. It can be no faster than the row above.",
    "start": "Two thirds are the loader's: libcrypto has 4,194 of 6,540 relocations, libsqlite3 1,610. Both would have to be loaded when first "
        "needed.",
    "sparse": "A third of the time is the same for any size (libraries loaded into each worker, some thirty fsyncs, the merge): a worker that forks "
        "ready-made ones, and half the merge. One file is read by one worker, since what its records mean depends on what stood before them.",
    "dense": "Two thirds of the worker's instructions are detectors, at 82 a byte of support records: a third of that is the sieve, a quarter "
        "case numbers, dates and addresses of streets. Bits of the detectors that are awake at a place, kept by the sieve, would spare the question "
        "to twelve planes.",
    "files": "The profile is flat: some 200,000 instructions a file in the process of the case (a fifth SQLite, a quarter merging log records), 250,000 "
        "in the worker. Fewer rows for each record, and one statement for an object and its parts.",
    "count": "Collecting and merging cost the same, and merging runs on one core: a second thread that merges keys ahead of the counting would take "
        "a third of its time. Places are packed to 85 bytes a mention; a fixed layout would spare some 150 instructions each.",
}

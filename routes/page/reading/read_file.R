# Reads a file with R alone: Rscript read_file.R File-D1.csv

# All as text at first: codes keep their leading zeros, and "NA" stays what somebody wrote.
d1 <- read.csv(commandArgs(trailingOnly = TRUE)[1], colClasses = "character",
  na.strings = character(), check.names = FALSE, encoding = "UTF-8")

d1$FederalActionObligation <- as.numeric(d1$FederalActionObligation)
d1$ActionDate <- as.Date(d1$ActionDate, format = "%Y%m%d")
d1$Hospital <- d1$HospitalFlag == "t"

cat(nrow(d1), "records\n")
cat(sprintf("%.2f", sum(d1$FederalActionObligation, na.rm = TRUE)), "obligated\n")
cat(format(min(d1$ActionDate)), "is the first day\n")

package reconcile

// Checksum lets tests seal a plan that a later version may have written.
var Checksum = checksum

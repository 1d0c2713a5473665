// Package github keeps one comment on a pull request, or one issue, up to date:
// the places where a plan, a result and a drift reach people.
//
// What amisync has written is known by a hidden first line that names its
// environment, and by its author; both are looked for in what GitHub lists, and
// nothing is remembered elsewhere. What is there is edited in place, and left
// alone where it says the same already, or where a newer run has written it. A
// request whose answer was lost is never sent blindly again where that could
// leave something twice: the list is read first.
//
// Errors are of type [reconcile.Error]: their kinds follow from the status of
// the answer, never from its text, and the token stands in none.
package github

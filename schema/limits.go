package schema

// Limits on an estate. They leave room for the largest that are expected, ten
// thousand manifests of six kilobytes and two hundred values each, and keep a
// hostile one, such as a pull request may bring, from using up the machine: a
// value takes a hundred times the memory of the two bytes that it can be written
// in, and groups and regions multiply what refers to them.
const (
	maxFiles    = 50_000
	maxBytes    = 64 << 20
	maxValues   = 2_000_000
	maxMembers  = 2_000_000 // of groups, counted wherever a group is used
	maxRegions  = 100       // of an owner or a share; AWS has about forty
	maxPattern  = 256       // bytes; names of images are shorter
	maxProblems = 1000      // told, about
	maxGuesses  = 20        // problems after which nobody reads what a name may have meant to be
)

package group

// idleWords tell nothing of what happened: they hold sentences together, say
// who speaks, and name the days of the week. They are folded.
func idleWords() []string {
	return []string{
		"a", "about", "according", "after", "against", "all", "also", "am", "amid", "among", "an", "and", "any", "are", "as", "at", "be", "because",
		"been", "before", "being", "between", "bir", "both", "bu", "but", "by", "can", "could", "d", "da", "de", "des", "did", "do", "does", "du",
		"during", "each", "el", "et", "for", "friday", "from", "had", "has", "have", "having", "he", "her", "here", "hers", "him", "his", "how",
		"html", "http", "https", "i", "icin", "if", "ile", "in", "into", "is", "it", "its", "just", "la", "las", "last", "le", "les", "like", "ll",
		"los", "m", "may", "me", "monday", "more", "most", "much", "my", "near", "new", "no", "nor", "not", "now", "of", "on", "one", "only", "or",
		"other", "our", "out", "over", "per", "que", "re", "s", "said", "saturday", "say", "saying", "says", "she", "should", "since", "so", "some",
		"such", "sunday", "t", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "through", "thursday", "to",
		"today", "told", "tomorrow", "too", "tuesday", "un", "under", "une", "until", "up", "us", "ve", "very", "via", "was", "we", "wednesday",
		"were", "what", "when", "where", "which", "while", "who", "whom", "whose", "why", "will", "with", "would", "www", "y", "yesterday", "yet",
		"you", "your", "в", "во", "для", "до", "за", "и", "из", "к", "как", "на", "не", "о", "об", "от", "по", "при", "с", "со", "та", "у", "что",
		"що", "التي", "الذي", "الى", "ان", "على", "عن", "في", "قال", "ما", "من", "هذا", "و",
	}
}

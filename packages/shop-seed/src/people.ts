/** Names of users. Both lists are free of repeats after `asciiOf`, which is what keeps usernames unique. */
export const firstNames: readonly string[] = [
  'Ada', 'Bruno', 'Carla', 'Dmitri', 'Elif', 'Farid', 'Greta', 'Hugo', 'Ingrid', 'Jonas', 'Katarzyna', 'Lars',
  'Maya', 'Nils', 'Olga', 'Pedro', 'Quinn', 'Rosa', 'Sven', 'Teresa', 'Umar', 'Vera', 'Wim', 'Ximena', 'Yusuf',
  'Zoë', 'Aylin', 'Björn', 'Chiara', 'Daan', 'Emma', 'Felix', 'Giulia', 'Hanna', 'Ivan', 'Joana', 'Kofi', 'Lena',
  'Marek', 'Noor', 'Oskar', 'Paula', 'Rafael', 'Saskia', 'Tomas', 'Ulla', 'Viktor', 'Wanda', 'Yara', 'Amélie',
  'Bastian', 'Clara', 'David', 'Esther', 'François', 'Gabriel', 'Helena', 'Iris', 'Jakub', 'Klara', 'Léon',
]; // prettier-ignore

export const lastNames: readonly string[] = [
  'Lindqvist', 'Moreau', 'Rossi', 'Novak', 'Yilmaz', 'Haddad', 'Schmidt', 'Fernandes', 'Berg', 'Kowalska', 'Janssen',
  'Petrov', 'Okafor', 'Dubois', 'Hansen', 'Virtanen', 'Costa', 'Weber', 'Nagy', 'Lopez', 'Eriksson', 'Bianchi',
  'Dvořák', 'Meyer', 'Silva', 'Jensen', 'Müller', 'Papadakis', 'Ivanova', 'Laurent', 'de Vries', 'Fischer', 'Marino',
  'Horvat', 'Nielsen', 'Ferrari', 'Svoboda', 'Mensah', 'Wagner', 'Garcia', 'Bauer', 'Santos', 'Lund', 'Zielinski',
  'Richter', 'Almeida', 'Koch', 'Rahimi', 'Bakker', 'Girard', 'Holm', 'Conti', 'Popescu', 'Keller', 'Oliveira',
  'Larsen', 'Krause', 'Ricci', 'Andersson', 'Vidal', 'Becker', 'Pereira', 'Toth', 'Visser', 'Lefèvre', 'Walsh',
  'Brandt', 'Greco', 'Sørensen', 'Mäkinen', 'Ortiz', 'Vogel', 'Nowak', 'Martins', 'Gruber', 'Blanc', 'Murphy',
  'Sousa', 'Engel',
]; // prettier-ignore

/** The name in lower-case ASCII letters: `Sørensen` is `sorensen`, `de Vries` is `devries`. */
export function asciiOf(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll('ø', 'o')
    .replace(/[^a-z]/g, '');
}

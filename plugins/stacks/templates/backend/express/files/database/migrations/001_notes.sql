<%# database.any %>
CREATE TABLE notes (
<%# database.postgresql %>
  id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
<%/ database.postgresql %>
<%# database.mariadb %>
  id INTEGER AUTO_INCREMENT PRIMARY KEY,
<%/ database.mariadb %>
<%# database.sqlite %>
  id INTEGER PRIMARY KEY AUTOINCREMENT,
<%/ database.sqlite %>
  text VARCHAR(255) NOT NULL
);
INSERT INTO notes (text) VALUES ('The database works.');
<%/ database.any %>

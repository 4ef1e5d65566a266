from django.db import models


class Note(models.Model):
    text = models.CharField(max_length=255)

    class Meta:
        db_table = "notes"
        ordering = ["id"]

    def __str__(self):
        return self.text

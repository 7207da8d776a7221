"""Names that people have in a town of many origins; given and family names are drawn apart."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _words(
    """
    Aaliyah Abena Adaeze Aiko Alejandra Amina Anders Anika Anton Arjun Astrid Bao Beatriz Bogdan Caleb Carmen Chidi Chloe Clara
    Dalia Darius David Deepa Dmitri Elena Emeka Emily Esperanza Esra Ethan Fatima Felix Fernando Freya Gabriela Giulia Hannah
    Haruto Hassan Helena Hiro Ibrahim Imani Ines Isaac Ivana Jamal James Jasmine Jin Joaquín Jonas Joy Kai Kamila Karim Kofi
    Laila Lars Lea Leila Liam Lin Lucía Magnus Malik Mariam Marta Mateo Mei Mila Minh Miriam Mohammed Nadia Naveen Nia Nikolai
    Noor Olga Omar Paola Pavel Petra Quyen Rahul Ravi Rebecca Renata Rosa Ruth Sana Sanjay Sara Sebastián Selin Sergio Shira
    Sibusiso Simone Tadeo Tariq Thandiwe Theo Tomoko Uma Valentina Vera Viktor Wanjiru Xiomara Yael Yara Yusuf Zainab Zofia
    """
)
FAMILY = _words(
    """
    Abara Acosta Adeyemi Ahmed Alvarez Andersson Asante Bakker Balogun Banerjee Barros Bauer Begum Bianchi Boateng Castillo Chen
    Chowdhury Cohen Costa Cruz Dang Delacroix Desai Diallo Dubois Eriksen Espinoza Farah Fernandes Flores Gallagher García Gomes
    Gupta Gutiérrez Haddad Hansen Hernández Hoang Horvat Hussein Ito Ivanov Jensen Johnson Kamau Kang Kaplan Kaur Khalil Kim
    Kowalski Kumar Lewis Lindqvist López Mahmoud Mbeki Medina Mehta Mendoza Mensah Miller Moreau Moreno Mwangi Nakamura Nguyen
    Nkosi Novák Nowak Ochoa Okeke Oliveira Olsen Park Patel Pereira Petrov Pham Popescu Quintero Rahman Ramírez Reyes Rosen
    Rossi Saito Salazar Santos Schmidt Shah Silva Singh Smith Sokolov Suzuki Tanaka Torres Tran Traoré Vargas Volkov Walker
    Weber Williams Wong Yamamoto Yılmaz Zhou Zuniga
    """
)
